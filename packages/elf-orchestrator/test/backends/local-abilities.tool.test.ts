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

let dir = '';
let iso: LlamaTextModel;

async function openSynthetic(
  name: string,
  spec: SyntheticModelSpec,
  options: Partial<LlamaModelOptions> = {},
): Promise<LlamaTextModel> {
  const modelPath = join(dir, `${name}.gguf`);
  await writeSyntheticModel(modelPath, spec);
  return openLlamaModel({ modelPath, contextTokens: 1_536, ...options });
}

beforeAll(async () => {
  dir = await createTemporaryDir();
  iso = await openSynthetic('iso', { kind: 'iso' }, { sequences: 5 });
}, 60_000);

afterAll(() => iso[Symbol.asyncDispose]());

describe('a streamed generation', () => {
  it('hands out the text in pieces that together are the result', async () => {
    await using model = await openSynthetic('chain20', { kind: 'chain20' });
    const pieces: string[] = [];
    const { text } = await model.generate({
      prompt: 'go',
      maxTokens: 64,
      onDelta: (piece) => pieces.push(piece),
    });
    expect(text).toBe(CHAIN20_LINES.join(''));
    expect(pieces).toEqual(CHAIN20_LINES);
  });

  it('hands out its own pieces beside seven others', async () => {
    await using model = await openSynthetic('wide', { kind: 'iso' }, { sequences: 8 });
    const answers = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const pieces: string[] = [];
        const prompt = `row ${String.fromCharCode(64 + index)}`;
        const onDelta = (piece: string) => pieces.push(piece);
        await model.generate({ prompt, maxTokens: 16, onDelta });
        return { prompt, text: pieces.join('') };
      }),
    );
    for (const { prompt, text } of answers)
      expect(text).toBe(expectIsoAnswer(prompt.charCodeAt(prompt.length - 1)));
  });

  it('never hands out a text that a stop cuts away', async () => {
    await using model = await openSynthetic('loop', { kind: 'loop' });
    const pieces: string[] = [];
    const { text } = await model.generate({
      prompt: 'go',
      maxTokens: 64,
      stop: ['\nagain\n'],
      onDelta: (piece) => pieces.push(piece),
    });
    expect(text).toBe('again');
    expect(pieces.join('')).toBe('again');
  });

  it('hands out whole characters only', async () => {
    await using model = await openSynthetic('bytes', { kind: 'random', seed: 4 });
    const pieces: string[] = [];
    const { text } = await model.generate({
      prompt: 'é☕',
      maxTokens: 200,
      temperature: 1,
      seed: 3,
      onDelta: (piece) => pieces.push(piece),
    });
    expect(pieces.join('')).toBe(text);
    expect(pieces.length).toBeGreaterThan(10);
  });
});

describe('acceptance 10: prefix fan-out', () => {
  it('evaluates a prefix of 1,000 tokens once and restores it into four other sequences', async () => {
    const prefix = 'the words that every agent shares. '.repeat(29).slice(0, 1_008);
    const ask = (index: number) => iso.generate({ prefix, prompt: `job ${index} z`, maxTokens: 20 });
    const [cold, ...warm] = await Promise.all([0, 1, 2, 3, 4].map(ask));
    expect(cold!.reusedTokens).toBe(0);
    for (const result of warm) {
      expect(result.text).toBe(expectIsoAnswer('z'.charCodeAt(0)));
      expect(result.reusedTokens / result.inputTokens).toBeGreaterThanOrEqual(0.95);
    }
    await iso.dropPrefixes();
    expect((await ask(5)).reusedTokens).toBeGreaterThan(0);
  });
});

describe('token counts', () => {
  it.each([
    undefined,
    "{% for m in messages %}{{ '<|im_start|>' + m['content'] + '<|im_end|>' }}{% endfor %}",
  ])('equal what a generation reports, with template %s', async (chatTemplate) => {
    const spec: SyntheticModelSpec = {
      kind: 'chain20',
      ...(chatTemplate === undefined ? {} : { chatTemplate }),
    };
    await using model = await openSynthetic('counted', spec);
    for (const prompt of ['a', 'fn main() {}\n', 'é☕日本\r\n', '<|im_end|>']) {
      const { inputTokens } = await model.generate({ prompt, maxTokens: 1 });
      expect(await model.countPromptTokens(prompt)).toBe(inputTokens);
    }
    expect((await model.tokenize('abc')).length).toBe(await model.countTokens('abc'));
  });
});

describe('a model that was opened for numbers', () => {
  it('embeds texts into vectors of one length, the same text always alike', async () => {
    await using model = await openSynthetic(
      'embedding',
      { kind: 'random', purpose: 'embedding' },
      { purpose: 'embedding', contextTokens: 256 },
    );
    const [first, second, again] = await model.embed(['fn parse()', 'struct Node', 'fn parse()']);
    expect(first).toHaveLength(model.facts.dimension ?? 0);
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
    await expect(model.generate({ prompt: 'a', maxTokens: 1 })).rejects.toMatchObject({
      code: 'PT_ELF_GENERATION_FAILED',
    });
  });

  it('scores documents in their order', async () => {
    await using model = await openSynthetic(
      'ranking',
      { kind: 'random', purpose: 'ranking' },
      { purpose: 'ranking', contextTokens: 256 },
    );
    const scores = await model.rerank('parse a file', ['fn parse()', 'struct Node', 'fn parse()']);
    expect(scores).toHaveLength(3);
    expect(scores[2]).toBeCloseTo(scores[0]!, 5);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    await expect(model.embed(['a'])).rejects.toMatchObject({ code: 'PT_ELF_GENERATION_FAILED' });
  });
});
