import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LlamaModelOptions, type LlamaTextModel, openLlamaModel } from '../../src/index.js';
import {
  CHAIN20_LINES,
  expectIsoAnswer,
  type SyntheticModelSpec,
  writeSyntheticModel,
} from '../../src/testing/index.js';
import { createTemporaryDir } from '../temporary-dir.js';
import { isProcessAlive, waitUntil } from '../wait-until.js';

let dir = '';
let iso: LlamaTextModel;
let endless: LlamaTextModel;
let random: LlamaTextModel;

async function openSynthetic(
  name: string,
  spec: SyntheticModelSpec,
  options: Partial<LlamaModelOptions> = {},
): Promise<LlamaTextModel> {
  const modelPath = join(dir, `${name}.gguf`);
  await writeSyntheticModel(modelPath, spec);
  return openLlamaModel({ modelPath, contextTokens: 1_024, ...options });
}

beforeAll(async () => {
  dir = await createTemporaryDir();
  [iso, endless, random] = await Promise.all([
    openSynthetic('iso', { kind: 'iso' }, { sequences: 5 }),
    openSynthetic('loop', { kind: 'loop' }, { contextTokens: 4_096 }),
    openSynthetic('random', { kind: 'random' }, { contextTokens: 256 }),
  ]);
});

afterAll(async () => {
  await Promise.all([iso, endless, random].map((model) => model[Symbol.asyncDispose]()));
});

describe('a local model', () => {
  it('prints exactly the lines its weights hold and stops by itself', async () => {
    await using model = await openSynthetic('chain20', { kind: 'chain20' });
    const result = await model.generate({ prompt: 'go', maxTokens: 100 });
    expect(result).toMatchObject({
      text: CHAIN20_LINES.join(''),
      finishReason: 'stop',
      inputTokens: 2,
      outputTokens: 20,
    });
    expect(model).toMatchObject({ id: 'chain20.gguf', maxConcurrency: 1 });
    expect(model.modelSha).toMatch(/^[0-9a-f]{64}$/);
    expect(model.facts.engineRelease).toContain('llama.cpp');
  });

  it('keeps five parallel sequences apart over 500 requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const byte = 32 + (index % 90);
        const { text } = await iso.generate({
          prompt: `job ${index} ${String.fromCharCode(byte)}`,
          maxTokens: 20,
        });
        return text === expectIsoAnswer(byte);
      }),
    );
    expect(answers.filter((isRight) => !isRight)).toEqual([]);
    expect(iso.readStatus()).toMatchObject({ state: 'ready', inFlight: 0, reloads: 0 });
  });

  it('counts tokens with its own tokenizer and reads no special token from a prompt', async () => {
    expect(await iso.countTokens('a☕\r\n日\0')).toBe(10);
    expect(await iso.countTokens('<|eos|>')).toBe(7);
  });

  it('refuses a prompt that does not fit its context, with the numbers, and takes one that fits exactly', async () => {
    const prompt = 'x'.repeat(1_000);
    await expect(iso.generate({ prompt, maxTokens: 25 })).rejects.toMatchObject({
      code: 'PT_ELF_CONTEXT_TOO_SMALL',
      details: { promptTokens: 1_000, maxTokens: 25, contextTokens: 1_024 },
    });
    expect(await iso.generate({ prompt, maxTokens: 24 })).toMatchObject({
      text: expectIsoAnswer('x'.charCodeAt(0)),
      finishReason: 'stop',
    });
  });

  it('fills its context to the last token', async () => {
    const filled = await random.generate({ prompt: 'x'.repeat(200), maxTokens: 56 });
    expect(filled).toMatchObject({ inputTokens: 200, outputTokens: 56, finishReason: 'length' });
  });

  it('cuts at a stop text and at the token limit', async () => {
    expect(await endless.generate({ prompt: 'go', maxTokens: 50, stop: ['\nagain\n'] })).toMatchObject({
      text: 'again',
      finishReason: 'stop',
    });
    expect(await endless.generate({ prompt: 'go', maxTokens: 3 })).toMatchObject({
      text: 'again\nagain\nagain\n',
      finishReason: 'length',
      outputTokens: 3,
    });
  });

  it('evaluates only the end of a prompt whose beginning it holds', async () => {
    const prefix = 'shared words of a batch '.repeat(20);
    await endless.generate({ prefix, prompt: 'first', maxTokens: 1 });
    const { inputTokens, reusedTokens } = await endless.generate({ prefix, prompt: 'other', maxTokens: 1 });
    expect(reusedTokens).toBe(prefix.length);
    expect(inputTokens).toBe(prefix.length + 5);
  });

  it('answers what it has when it is aborted, running or waiting', async () => {
    const running = new AbortController();
    const waiting = new AbortController();
    const first = endless.generate({ prompt: 'go', maxTokens: 4_000, signal: running.signal });
    const second = endless.generate({ prompt: 'go', maxTokens: 4_000, signal: waiting.signal });
    waiting.abort();
    expect(await second).toMatchObject({ finishReason: 'aborted', text: '', outputTokens: 0 });
    running.abort();
    expect((await first).finishReason).toBe('aborted');
    expect(await endless.generate({ prompt: 'go', maxTokens: 1, signal: AbortSignal.abort() })).toMatchObject(
      {
        finishReason: 'aborted',
        text: '',
      },
    );
    expect(await endless.checkHealth()).toMatchObject({ status: 'healthy', problem: null });
  });

  it('says unresponsive when no token comes in time', async () => {
    const abort = new AbortController();
    const busy = endless.generate({ prompt: 'go', maxTokens: 4_000, signal: abort.signal });
    expect(await endless.checkHealth(20)).toMatchObject({ status: 'unresponsive' });
    abort.abort();
    await busy;
  });

  it.each([
    ['maxTokens', { prompt: 'a', maxTokens: 0 }],
    ['prompt', { prompt: '', maxTokens: 1 }],
    ['stop', { prompt: 'a', maxTokens: 1, stop: [''] }],
    ['temperature', { prompt: 'a', maxTokens: 1, temperature: Number.NaN }],
  ])('refuses a request with an invalid %s', async (field, request) => {
    await expect(iso.generate(request)).rejects.toMatchObject({
      code: 'PT_ELF_REQUEST_INVALID',
      details: { field },
    });
  });

  it('repeats sampled text with the same seed only', async () => {
    const sample = async (seed: number) =>
      (await random.generate({ prompt: 'go', maxTokens: 40, temperature: 1, seed })).text;
    expect(await sample(1)).toBe(await sample(1));
    expect(await sample(1)).not.toBe(await sample(2));
  });

  it('uses the chat template of its file', async () => {
    const template =
      "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n'}}{% endfor %}";
    const chatTemplate = `${template}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`;
    await using chat = await openSynthetic('chat', { kind: 'chain20', chatTemplate });
    expect(chat.facts.usesChatTemplate).toBe(true);
    const { inputTokens, text } = await chat.generate({ prompt: 'hello', maxTokens: 40 });
    expect(inputTokens).toBeGreaterThan('hello'.length + 20);
    expect(text).toBe(CHAIN20_LINES.join(''));
  });
});

describe('a model whose worker dies', () => {
  it('fails what was sent, loads again for the next request and leaves other models alone, three times a minute', async () => {
    const other = iso.readStatus().workerPid;
    await using model = await openSynthetic('mortal', { kind: 'loop' }, { contextTokens: 4_096 });
    for (let crash = 1; crash <= 3; crash += 1) {
      const sent = [1, 2].map(() => model.generate({ prompt: 'go', maxTokens: 4_000 }));
      const outcomes = Promise.allSettled(sent);
      await waitUntil('both requests are with the worker', () => model.readStatus().inFlight === 2);
      process.kill(model.readStatus().workerPid ?? 0, 'SIGKILL');
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'PT_ELF_WORKER_DIED',
            retryable: true,
            details: { signal: 'SIGKILL', phase: 'generate' },
          },
        });
      }
      expect(model.readStatus()).toMatchObject({
        state: 'down',
        workerPid: null,
        inFlight: 0,
        reloads: crash - 1,
      });
      if (crash === 3) break;
      // A finished generation would prove the model sound; counting only loads it again.
      expect(await model.countTokens('go')).toBe(2);
    }
    await expect(model.generate({ prompt: 'go', maxTokens: 2 })).rejects.toMatchObject({
      code: 'PT_ELF_MODEL_QUARANTINED',
      retryable: true,
    });
    expect(iso.readStatus().workerPid).toBe(other);
    expect((await iso.generate({ prompt: 'q', maxTokens: 20 })).text).toBe(
      expectIsoAnswer('q'.charCodeAt(0)),
    );
  });

  it('ends a worker that stopped answering', async () => {
    await using model = await openSynthetic(
      'silent',
      { kind: 'loop' },
      { contextTokens: 4_096, heartbeatMs: 20, silenceLimitMs: 400 },
    );
    const running = model.generate({ prompt: 'go', maxTokens: 4_000 });
    await waitUntil('the request is with the worker', () => model.readStatus().inFlight === 1);
    process.kill(model.readStatus().workerPid ?? 0, 'SIGSTOP');
    await expect(running).rejects.toMatchObject({
      code: 'PT_ELF_WORKER_DIED',
      details: { signal: 'SIGKILL' },
    });
  });

  it('ends its worker when it is disposed, and refuses work from then on', async () => {
    const model = await openSynthetic('closing', { kind: 'loop' }, { contextTokens: 4_096 });
    const { workerPid } = model.readStatus();
    const running = model.generate({ prompt: 'go', maxTokens: 4_000 });
    await waitUntil('the request is with the worker', () => model.readStatus().inFlight === 1);
    await model[Symbol.asyncDispose]();
    expect((await running).finishReason).toBe('aborted');
    expect(isProcessAlive(workerPid ?? 0)).toBe(false);
    expect(model.readStatus().state).toBe('closed');
    await expect(model.generate({ prompt: 'go', maxTokens: 1 })).rejects.toMatchObject({
      code: 'PT_ELF_MODEL_CLOSED',
    });
  });
});
