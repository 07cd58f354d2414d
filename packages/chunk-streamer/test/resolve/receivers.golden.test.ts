import { readFileSync } from 'node:fs';
import { parseKey, type RowKey } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { cutFiles, resolveText, type TextFile } from './resolve-text.js';

const FIXTURE = new URL('../../../../fixtures/resolve/receivers.rs.txt', import.meta.url);

interface Case {
  place: string;
  expected: string[];
  found: string[];
}

/** A key without its path: `Circle-new`, `_-square`. */
function shorten(key: RowKey): string {
  const { path } = parseKey(key);
  return decodeURIComponent(key.slice(path.length + 1)).replace(/~.*$/, '');
}

/** Lines marked `//^ targets` call exactly these, `//^ none` calls nothing of the repository. */
async function readCases(files: readonly TextFile[]): Promise<Case[]> {
  const { edges } = await resolveText(files);
  const calls = edges.filter(({ kind }) => kind === 'calls');
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const marker = /\/\/\^ (.*)$/.exec(line);
      if (marker === null) return [];
      const found = calls
        .filter(
          ({ from, sites }) => parseKey(from).path === path && sites.some((site) => site.line === index + 1),
        )
        .map(({ to }) => shorten(to));
      const expected = marker[1] === 'none' ? [] : marker[1]!.split(' ');
      return [
        {
          place: `${path}:${index + 1} ${line.trim()}`,
          expected: expected.sort(),
          found: [...new Set(found)].sort(),
        },
      ];
    }),
  );
}

describe('calls by receiver and dispatch shape', () => {
  it('binds at least 85 % of the shapes and none of them wrongly', async () => {
    const cases = await readCases(cutFiles(readFileSync(FIXTURE, 'utf8')));
    const wrong = cases.filter(({ expected, found }) => found.some((target) => !expected.includes(target)));
    const missing = cases.filter(({ expected, found }) => expected.some((target) => !found.includes(target)));
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(100);
    expect(missing.map(({ place }) => place)).toEqual([]);
  });
});
