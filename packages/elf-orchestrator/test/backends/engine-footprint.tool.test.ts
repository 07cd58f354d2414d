import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openLlamaModel } from '../../src/index.js';
import { writeSyntheticModel } from '../../src/testing/index.js';
import { createTemporaryDir } from '../temporary-dir.js';

const MAX_BYTES = 120 * 1024 ** 2;

async function measureDir(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true });
  const sizes = entries.map(async (entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return measureDir(path);
    return entry.isFile() ? (await stat(path)).size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

it('acceptance 1: the engine with the one binary it needs fits 120 MB and comes up without a build or a download', async () => {
  const entry = createRequire(import.meta.url).resolve('node-llama-cpp');
  const engine = dirname(dirname(entry));
  const platforms = join(dirname(engine), '@node-llama-cpp');
  const system = { darwin: 'mac', linux: 'linux', win32: 'win' }[process.platform as 'linux'];
  const names = [`${system}-${process.arch}`, `${system}-${process.arch}-metal`];
  const binary = (await readdir(platforms)).find((name) => names.includes(name));
  const sizes = [await measureDir(engine), await measureDir(join(platforms, binary ?? names[0]!))];
  expect(sizes[0]! + sizes[1]!).toBeLessThanOrEqual(MAX_BYTES);

  const modelPath = join(await createTemporaryDir(), 'chain.gguf');
  await writeSyntheticModel(modelPath, { kind: 'chain20' });
  // The time it takes is measured by the benchmark; a build or a download would take minutes.
  await using model = await openLlamaModel({ modelPath, contextTokens: 256, sequences: 1, threads: 1 });
  expect(model.facts.engineRelease).toMatch(/^llama\.cpp /);
});
