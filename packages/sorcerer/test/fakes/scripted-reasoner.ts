import {
  type Completion,
  createTextReasoner,
  type PlanStep,
  type Reasoner,
  type ReasonerRequest,
  type StepRequest,
} from '../../src/index.js';

/** What each planning step answers, in order: an object becomes the JSON of its fence. */
type StepAnswerScript = object | string | Error | ((request: StepRequest) => object | string);
export type StepScript = Partial<Record<PlanStep, StepAnswerScript[]>>;

/** Answers in order; a function sees the request, an error is thrown. Records the requests. */
export function createScriptedReasoner(
  answers: (string | Error | Partial<Completion> | ((request: ReasonerRequest) => string))[],
  steps: Partial<
    Record<PlanStep, (object | string | Error | ((request: StepRequest) => object | string))[]>
  > = {},
): Reasoner & { requests: ReasonerRequest[]; stepRequests: StepRequest[] } {
  const requests: ReasonerRequest[] = [];
  const stepRequests: StepRequest[] = [];
  const reasoner = createTextReasoner({
    id: 'scripted',
    locality: 'remote',
    complete(_prompt, { request, onDelta }) {
      if (request.step !== 'propose') {
        const text = sayStep(request, steps, stepRequests);
        if (text instanceof Error) return Promise.reject(text);
        onDelta?.(text);
        return Promise.resolve({ text, finish: 'complete', usage: USAGE });
      }
      const answer = answers[requests.length];
      requests.push(request);
      if (answer instanceof Error) return Promise.reject(answer);
      const said = typeof answer === 'function' ? answer(request) : answer;
      const completion = typeof said === 'string' ? { text: said } : (said ?? { text: '' });
      onDelta?.(completion.text ?? '');
      return Promise.resolve({ text: '', finish: 'complete', usage: USAGE, ...completion });
    },
  });
  return { ...reasoner, requests, stepRequests };
}

function sayStep(request: StepRequest, steps: StepScript, asked: StepRequest[]): string | Error {
  const given = steps[request.step]?.[asked.filter(({ step }) => step === request.step).length];
  asked.push(request);
  if (given instanceof Error) return given;
  const value =
    typeof given === 'function'
      ? (given as (request: StepRequest) => object | string)(request)
      : (given ?? { findings: [] });
  return typeof value === 'string' ? value : `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;
}

export const USAGE = {
  input_tokens: 100,
  output_tokens: 20,
  cache_read_tokens: 0,
  cost_usd: 0.01,
  estimated: false,
};

/** A block of the answer format. */
export function block(header: string, body: string): string {
  return `${header}\n\`\`\`rust\n${body}\n\`\`\`\n`;
}
