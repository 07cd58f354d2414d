import type { TextModel } from '@parseltongue/isg-core';
import { describe, it } from 'vitest';
import {
  createAnthropicReasoner,
  createCommandReasoner,
  createLocalReasoner,
  createOpenAiReasoner,
  createTextReasoner,
  openHostDesk,
  SorcererError,
} from '../../src/index.js';
import {
  type EngineBehaviour,
  listReasonerCases,
  type ReasonerCapabilities,
  type ScriptedEngine,
} from '../../src/testing/index.js';
import {
  openHttpDouble,
  writeChatStream,
  writeMessageStream,
  writeProgramDouble,
} from '../fakes/engine-doubles.js';

const ALL: ReasonerCapabilities = { canRefuse: true, canOverload: true, canCutOff: true, hasSteps: true };
type Open = (script: readonly EngineBehaviour[]) => Promise<ScriptedEngine>;

const openOpenAi: Open = async (script) => {
  const double = await openHttpDouble(script, writeChatStream);
  const reasoner = createOpenAiReasoner({ baseUrl: `${double.url}/v1`, model: 'm', apiKey: 'k' });
  return { reasoner, sent: double.sent, [Symbol.asyncDispose]: double.close };
};

const openAnthropic: Open = async (script) => {
  const double = await openHttpDouble(script, writeMessageStream);
  const reasoner = createAnthropicReasoner({ apiKey: 'k', baseURL: double.url, maxRetries: 0 });
  return { reasoner, sent: double.sent, [Symbol.asyncDispose]: double.close };
};

const openCommand: Open = async (script) => {
  const double = writeProgramDouble(script);
  const reasoner = createCommandReasoner({
    argv: double.argv,
    cwd: double.dir,
    env: {},
    maxOutputBytes: 1_000_000,
  });
  return Promise.resolve({ reasoner, sent: double.sent, [Symbol.asyncDispose]: async () => double.close() });
};

const openLocal: Open = async (script) => {
  const sent: string[] = [];
  const model: TextModel = {
    id: 'tiny',
    modelSha: null,
    maxConcurrency: 1,
    generate({ prefix = '', prompt, signal }) {
      sent.push(prefix + prompt);
      const step = script[sent.length - 1] ?? { does: 'crash' };
      const end = (text: string, finishReason: 'stop' | 'length' | 'aborted') => ({
        text,
        finishReason,
        inputTokens: 10,
        outputTokens: 5,
        durationMs: 1,
      });
      if (signal?.aborted === true) return Promise.resolve(end('', 'aborted'));
      if (step.does === 'answer') return Promise.resolve(end(step.text, 'stop'));
      if (step.does === 'cut_off') return Promise.resolve(end(step.text, 'length'));
      if (step.does !== 'hang') return Promise.reject(new Error('the daemon went away'));
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(end('', 'aborted'))));
    },
  };
  const engine = { reasoner: createLocalReasoner({ model }), sent: () => sent };
  return Promise.resolve({ ...engine, [Symbol.asyncDispose]: () => Promise.resolve() });
};

const openHost: Open = async (script) => {
  const desk = openHostDesk();
  const sent: string[] = [];
  const stop = new AbortController();
  const serve = async (): Promise<void> => {
    for (
      let question = await desk.next(stop.signal);
      question !== undefined;
      question = await desk.next(stop.signal)
    ) {
      if (sent.at(-1) === question.prompt && script[sent.length - 1]?.does === 'hang') break;
      sent.push(question.prompt);
      const step = script[sent.length - 1] ?? { does: 'crash' };
      if (step.does === 'answer') desk.answer(question.id, step.text);
      else if (step.does === 'refuse') desk.answer(question.id, null);
      else if (step.does !== 'hang') await desk[Symbol.asyncDispose]();
      else break;
    }
  };
  void serve();
  const close = async (): Promise<void> => {
    stop.abort();
    await desk[Symbol.asyncDispose]();
  };
  return Promise.resolve({ reasoner: desk.reasoner, sent: () => sent, [Symbol.asyncDispose]: close });
};

const openScripted: Open = async (script) => {
  const sent: string[] = [];
  const usage = {
    input_tokens: 10,
    output_tokens: 5,
    cache_read_tokens: 0,
    cost_usd: null,
    estimated: false,
  };
  const fail = (code: 'PT_SORCERER_ABORTED' | 'PT_SORCERER_ENGINE_UNREACHABLE') =>
    Promise.reject(
      new SorcererError(code, {
        message: 'no',
        details: { what: 'x', engine: 'x' },
        retryable: code.endsWith('E'),
      }),
    );
  const reasoner = createTextReasoner({
    id: 'scripted',
    locality: 'remote',
    complete(prompt, { signal, onDelta }) {
      sent.push(prompt.task);
      const step = script[sent.length - 1] ?? { does: 'crash' };
      if (signal?.aborted === true) return fail('PT_SORCERER_ABORTED');
      if (step.does === 'refuse') return Promise.resolve({ text: '', usage, finish: 'refused' });
      if (step.does === 'answer' || step.does === 'cut_off') {
        onDelta?.(step.text);
        return Promise.resolve({
          text: step.text,
          usage,
          finish: step.does === 'answer' ? 'complete' : 'truncated',
        });
      }
      if (step.does !== 'hang') return fail('PT_SORCERER_ENGINE_UNREACHABLE');
      return new Promise((_, reject) =>
        signal?.addEventListener('abort', () => void fail('PT_SORCERER_ABORTED').catch(reject)),
      );
    },
  });
  return Promise.resolve({ reasoner, sent: () => sent, [Symbol.asyncDispose]: () => Promise.resolve() });
};

const engines: [string, Open, Partial<ReasonerCapabilities>][] = [
  ['chat completions over HTTP', openOpenAi, {}],
  ['the Messages API', openAnthropic, {}],
  ['a command', openCommand, { canRefuse: false, canOverload: false }],
  ['a local model', openLocal, { canRefuse: false }],
  ["the client's model", openHost, { canCutOff: false }],
  ['a text engine of one’s own', openScripted, {}],
];

describe.each(engines)('the reasoner over %s', (_name, open, less) => {
  for (const { title, run } of listReasonerCases(open, { ...ALL, ...less })) {
    it(title, { timeout: 30_000 }, run);
  }
});
