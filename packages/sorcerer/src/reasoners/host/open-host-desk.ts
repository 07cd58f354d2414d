import { estimateTokenCount } from '@parseltongue/isg-core';
import { SorcererError } from '../../errors.js';
import { joinPrompt } from '../../prompts/propose-v1.js';
import type { PlanStep, Reasoner } from '../../reasoner.js';
import { type Completion, createTextReasoner } from '../text-reasoner.js';

/** A prompt that waits for the client's model. */
export interface HostQuestion {
  id: string;
  step: PlanStep | 'propose';
  prompt: string;
  /** The most tokens the answer may have. */
  tokenBudget: number;
}

/** Where a client reads prompts and puts answers: its model is the reasoner, no key is needed here. */
export interface HostDesk extends AsyncDisposable {
  readonly reasoner: Reasoner;
  /** Prompts nobody answered yet, oldest first. */
  pending(): HostQuestion[];
  /** Waits for the next prompt; the pending one at once. Undefined once `until` is aborted or the desk is closed. */
  next(until: AbortSignal): Promise<HostQuestion | undefined>;
  /** Answers a prompt; false when it waits no longer. `null` says that the client declined. */
  answer(id: string, text: string | null): boolean;
}

interface Waiting {
  question: HostQuestion;
  settle: (completion: Completion) => void;
  fail: (error: SorcererError) => void;
}

/**
 * Opens a desk for one client. A call of the reasoner waits until the client answers, is aborted or the desk is closed; a
 * run that loses its client that way pauses and can be resumed.
 */
export function openHostDesk(options: { id?: string } = {}): HostDesk {
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<() => void>();
  let count = 0;
  const reasoner = createTextReasoner({
    id: `host:${options.id ?? 'client'}`,
    locality: 'remote',
    complete(prompt, { request, signal, onDelta }) {
      count += 1;
      const id = `${prompt.requestHash.slice(0, 12)}-${count}`;
      const text = joinPrompt(prompt);
      const question = { id, step: request.step, prompt: text, tokenBudget: request.tokenBudget };
      return new Promise<Completion>((resolve, reject) => {
        const abort = (): void => waiting.get(id)?.fail(aborted());
        const leave = (): void => {
          waiting.delete(id);
          signal?.removeEventListener('abort', abort);
        };
        waiting.set(id, {
          question,
          settle: (completion) => {
            leave();
            onDelta?.(completion.text);
            resolve(completion);
          },
          fail: (error) => {
            leave();
            reject(error);
          },
        });
        signal?.addEventListener('abort', abort, { once: true });
        if (signal?.aborted === true) abort();
        for (const listener of [...listeners]) listener();
      });
    },
  });
  return {
    reasoner,
    pending: () => [...waiting.values()].map(({ question }) => question),
    next: (until) => waitForQuestion(() => [...waiting.values()][0]?.question, { until, listeners }),
    answer(id, text) {
      const entry = waiting.get(id);
      entry?.settle(toCompletion(entry.question.prompt, text));
      return entry !== undefined;
    },
    async [Symbol.asyncDispose]() {
      for (const { fail } of [...waiting.values()]) fail(gone());
      await Promise.resolve();
    },
  };
}

function waitForQuestion(
  first: () => HostQuestion | undefined,
  { until, listeners }: { until: AbortSignal; listeners: Set<() => void> },
): Promise<HostQuestion | undefined> {
  return new Promise((resolve) => {
    const check = (): void => {
      const question = first();
      if (question === undefined && !until.aborted) return;
      listeners.delete(check);
      until.removeEventListener('abort', check);
      resolve(question);
    };
    listeners.add(check);
    until.addEventListener('abort', check, { once: true });
    check();
  });
}

/** Clients report no tokens, so the figures are estimates. */
function toCompletion(prompt: string, text: string | null): Completion {
  const usage = {
    input_tokens: estimateTokenCount(prompt),
    output_tokens: estimateTokenCount(text ?? ''),
    cache_read_tokens: 0,
    cost_usd: null,
    estimated: true,
  };
  return { text: text ?? '', usage, finish: text === null ? 'refused' : 'complete' };
}

function aborted(): SorcererError {
  return new SorcererError('PT_SORCERER_ABORTED', {
    message: 'The question to the client was taken back',
    details: { what: 'host' },
  });
}

function gone(): SorcererError {
  return new SorcererError('PT_SORCERER_ENGINE_UNREACHABLE', {
    message: 'The client went away before it answered. Connect again and resume the run',
    details: { engine: 'host' },
    retryable: true,
  });
}
