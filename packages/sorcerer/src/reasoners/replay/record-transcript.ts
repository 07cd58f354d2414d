import { formatProposePrompt, formatStepPrompt } from '../../prompts/propose-v1.js';
import type { Reasoner } from '../../reasoner.js';
import { appendTranscript, TranscriptContract } from './transcript.js';

/** Wraps a reasoner so that every answer is also appended to a transcript, secrets redacted. */
export function recordTranscript(reasoner: Reasoner, options: { file: string }): Reasoner {
  return {
    id: reasoner.id,
    locality: reasoner.locality,
    async propose(request, call) {
      const answer = await reasoner.propose(request, call);
      await appendTranscript(options.file, {
        contract: TranscriptContract,
        request_hash: formatProposePrompt(request, reasoner).requestHash,
        step: request.step,
        attempt: request.attempt,
        reasoner: reasoner.id,
        answer: answer.text,
        finish: answer.finish,
        usage: answer.usage,
      });
      return answer;
    },
    ...(reasoner.answer === undefined
      ? {}
      : { answer: recordStep({ id: reasoner.id, answer: reasoner.answer.bind(reasoner) }, options.file) }),
  };
}

function recordStep(
  { id, answer }: { id: string; answer: NonNullable<Reasoner['answer']> },
  file: string,
): NonNullable<Reasoner['answer']> {
  return async (request, call) => {
    const said = await answer(request, call);
    await appendTranscript(file, {
      contract: TranscriptContract,
      request_hash: formatStepPrompt(request).requestHash,
      step: request.step,
      attempt: request.attempt,
      reasoner: id,
      answer: said.text,
      finish: said.finish,
      usage: said.usage,
    });
    return said;
  };
}
