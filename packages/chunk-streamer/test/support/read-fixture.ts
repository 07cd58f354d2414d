import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileChunks } from '@parseltongue/isg-core';
import { openChunker } from '../../src/index.js';

const FIXTURES = fileURLToPath(new URL('../../../../fixtures/rust/', import.meta.url));

export const FIXTURE_CASES = ['item-kinds', 'twins', 'grammar-gaps', 'test-classes', 'broken'] as const;

export function fixturePath(name: string, ...rest: string[]): string {
  return join(FIXTURES, name, ...rest);
}

/** Paths of the Rust files of a fixture, in path order. */
export function fixtureFiles(name: string): string[] {
  const root = fixturePath(name, 'input');
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return entries.filter((path) => path.endsWith('.rs')).sort();
}

export function fixtureText(name: string, path: string): string {
  return readFileSync(fixturePath(name, 'input', path), 'utf8');
}

/** The rows of every file of a fixture, by path. */
export async function chunkFixture(name: string): Promise<Map<string, FileChunks>> {
  await using chunker = await openChunker(fixturePath(name, 'input'));
  const chunks = new Map<string, FileChunks>();
  for (const path of fixtureFiles(name)) {
    chunks.set(path, await chunker.chunkFile({ path, text: fixtureText(name, path) }));
  }
  return chunks;
}
