import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory that is removed after the tests of a file. */
export async function createTemporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'elf-'));
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
