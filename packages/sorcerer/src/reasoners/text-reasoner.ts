import { formatProposePrompt, formatStepPrompt, type ProposePrompt } from '../prompts/propose-v1.js';
import type {
  Finish,
  Reasoner,
  ReasonerAnswer,
  ReasonerOptions,
  ReasonerRequest,
  ReasonerUsage,
  StepRequest,
} from '../reasoner.js';
import { redactSecrets } from '../redact.js';
import { parseAnswer } from './answer-format.js';

/** What an engine made of a prompt. */
export interface Completion {
  text: string;
  usage: ReasonerUsage;
  finish: Finish;
}

/** An engine that turns one prompt into one text. */
export interface TextEngine {
  readonly id: string;
  readonly locality: Reasoner['locality'];
  complete(
    prompt: ProposePrompt,
    options: ReasonerOptions & { request: ReasonerRequest | StepRequest },
  ): Promise<Completion>;
}

/** Makes a reasoner of a text engine: one prompt, one answer format, for all of them. */
export function createTextReasoner(engine: TextEngine): Reasoner {
  return {
    id: engine.id,
    locality: engine.locality,
    async propose(request, options) {
      const prompt = formatProposePrompt(request, engine);
      const answer = readCompletion(await engine.complete(prompt, { ...options, request }));
      return engine.locality === 'local' ? keepWholeItems(answer) : answer;
    },
    async answer(request, options) {
      const { text, usage, finish } = await engine.complete(formatStepPrompt(request), {
        ...options,
        request,
      });
      return { text: finish === 'complete' ? redactSecrets(text) : '', usage, finish };
    },
  };
}

/** Half an answer and a refusal hold no edits, whatever their text looks like. */
function readCompletion({ text, usage, finish }: Completion): ReasonerAnswer {
  const base = { text: redactSecrets(text), usage, finish };
  if (finish !== 'complete') return { ...base, edits: [], questions: [], notes: '', problems: [] };
  return { ...base, ...parseAnswer(text) };
}

/** Local engines were asked for whole items; a block that quotes and replaces is not what was asked for. */
function keepWholeItems(answer: ReasonerAnswer): ReasonerAnswer {
  const other = answer.edits.filter(({ format }) => format !== 'whole_item');
  if (other.length === 0) return answer;
  return {
    ...answer,
    edits: [],
    problems: [...answer.problems, 'Write whole items: no SEARCH/REPLACE blocks, no diff'],
  };
}
