import { formatProposePrompt } from '../../prompts/propose-v1.js';
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
        request_hash: formatProposePrompt(request).requestHash,
        step: request.step,
        attempt: request.attempt,
        reasoner: reasoner.id,
        answer: answer.text,
        finish: answer.finish,
        usage: answer.usage,
      });
      return answer;
    },
  };
}
