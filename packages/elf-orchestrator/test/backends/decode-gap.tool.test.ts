import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLlamaModel } from '../../src/index.js';
import { writeSyntheticModel } from '../../src/testing/index.js';
import { createTemporaryDir } from '../temporary-dir.js';

const PREFILL_TOKENS = 1_024;
const SLICES = PREFILL_TOKENS / 64;

describe('acceptance 11: an agent that generates while another one takes in a long prompt', () => {
  it('gets a token between any two slices of that prompt', async () => {
    const modelPath = join(await createTemporaryDir(), 'loop.gguf');
    // Every token of it is a piece of text.
    await writeSyntheticModel(modelPath, { kind: 'loop', layers: 4, feedForward: 2_048, storage: 'q4_0' });
    await using model = await openLlamaModel({ modelPath, contextTokens: 2_048, sequences: 2 });
    const abort = new AbortController();
    let pieces = 0;
    let onFirst: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      onFirst = resolve;
    });
    const generating = model.generate({
      prompt: 'go',
      maxTokens: 2_000,
      signal: abort.signal,
      onDelta: () => {
        pieces += 1;
        onFirst();
      },
    });
    await first;
    const before = pieces;
    await model.generate({ prompt: 'long prompt '.repeat(100).slice(0, PREFILL_TOKENS), maxTokens: 1 });
    const during = pieces - before;
    abort.abort();
    expect((await generating).finishReason).toBe('aborted');
    expect(during).toBeGreaterThanOrEqual(SLICES - 1);
  });
});
