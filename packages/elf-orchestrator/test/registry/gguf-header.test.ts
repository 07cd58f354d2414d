import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readGgufHeader } from '../../src/index.js';
import { createSyntheticModel, encodeGguf, writeSyntheticModel } from '../../src/testing/index.js';
import { createTemporaryDir } from '../temporary-dir.js';
import { encodeSound, listMalformedModels } from './malformed-models.js';

let dir = '';
beforeAll(async () => {
  dir = await createTemporaryDir();
});

async function check(bytes: Buffer) {
  const path = join(dir, 'model.gguf');
  await writeFile(path, bytes);
  return readGgufHeader(path);
}

describe('acceptance 4: reading a GGUF header', () => {
  it('describes a sound model', async () => {
    const path = join(dir, 'sound.gguf');
    await writeSyntheticModel(path, {
      kind: 'random',
      layers: 3,
      embedding: 128,
      feedForward: 256,
      heads: 4,
      kvHeads: 2,
      storage: 'q4_0',
    });
    expect(await readGgufHeader(path)).toMatchObject({
      ok: true,
      header: {
        architecture: 'qwen2',
        checked: 'full',
        layerCount: 3,
        embeddingLength: 128,
        vocabularySize: 259,
        quantization: 'Q4_0',
        isQuantized: true,
        hasChatTemplate: false,
        // two caches of two bytes, three layers, two heads of 32 values
        kvBytesPerToken: 2 * 2 * 3 * 64,
      },
    });
  });

  it('reads on when the header is larger than its first read', async () => {
    const model = createSyntheticModel({ kind: 'chain20' });
    const metadata = new Map(model.metadata).set('general.description', {
      type: 'string',
      value: 'x'.repeat(600_000),
    });
    const result = await check(Buffer.concat([...encodeGguf({ ...model, metadata })]));
    expect(result.ok).toBe(true);
  });

  it('checks an architecture it does not know as far as it can', async () => {
    const model = createSyntheticModel({ kind: 'random' });
    const entries = [...model.metadata].map(
      ([key, value]) => [key.replace('qwen2.', 'novel.'), value] as const,
    );
    const metadata = new Map(entries).set('general.architecture', { type: 'string', value: 'novel' });
    expect(await check(Buffer.concat([...encodeGguf({ ...model, metadata })]))).toMatchObject({
      ok: true,
      header: { checked: 'generic' },
    });
  });

  it('refuses a file that is not there or is a directory', async () => {
    expect(await readGgufHeader(join(dir, 'absent.gguf'))).toMatchObject({
      ok: false,
      refusal: { code: 'unreadable' },
    });
    expect(await readGgufHeader(dir)).toMatchObject({ ok: false, refusal: { code: 'unreadable' } });
  });

  it.each(listMalformedModels())('refuses $title', async ({ bytes, code }) => {
    const result = await check(bytes);
    expect(result).toMatchObject({ ok: false, refusal: { code } });
    expect(result.ok ? '' : result.refusal.message).toMatch(/^[^\n]{8,200}$/);
  });

  it('answers for any flipped byte and any cut, and never throws', async () => {
    const sound = encodeSound();
    const path = join(dir, 'flipped.gguf');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9_000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(sound.length),
        async (flips, cut) => {
          const bytes = Buffer.from(sound);
          for (const [at, value] of flips) bytes[at] = value;
          await writeFile(path, cut % 3 === 0 ? bytes.subarray(0, cut) : bytes);
          const result = await readGgufHeader(path);
          if (!result.ok) expect(result.refusal.code).toMatch(/^[a-z_]+$/);
        },
      ),
      { numRuns: 150, seed: 20_261_121 },
    );
  });
});
