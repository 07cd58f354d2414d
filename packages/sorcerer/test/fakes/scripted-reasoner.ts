import { type Completion, createTextReasoner, type Reasoner, type ReasonerRequest } from '../../src/index.js';

/** Answers in order; a function sees the request, an error is thrown. Records the requests. */
export function createScriptedReasoner(
  answers: (string | Error | Partial<Completion> | ((request: ReasonerRequest) => string))[],
): Reasoner & { requests: ReasonerRequest[] } {
  const requests: ReasonerRequest[] = [];
  const reasoner = createTextReasoner({
    id: 'scripted',
    locality: 'remote',
    complete(_prompt, { request, onDelta }) {
      const answer = answers[requests.length];
      requests.push(request);
      if (answer instanceof Error) return Promise.reject(answer);
      const said = typeof answer === 'function' ? answer(request) : answer;
      const completion = typeof said === 'string' ? { text: said } : (said ?? { text: '' });
      onDelta?.(completion.text ?? '');
      return Promise.resolve({ text: '', finish: 'complete', usage: USAGE, ...completion });
    },
  });
  return { ...reasoner, requests };
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
