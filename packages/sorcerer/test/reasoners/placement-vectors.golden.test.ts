import { readFileSync } from 'node:fs';
import { type ApplyEditsResult, applyEdits } from '@parseltongue/isg-core';
import { chunkTextSimply } from '@parseltongue/isg-core/testing';
import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../src/index.js';

const PATH = 'src/ledger.rs';
const HASH = 'a'.repeat(64);
const folder = new URL('../../../../fixtures/placements/', import.meta.url);
const LEDGER = readFileSync(new URL('ledger.rs', folder), 'utf8');

/** One answer of a model and what has to become of it. */
interface Vector {
  name: string;
  base: keyof typeof VARIANTS;
  answer: string;
  expect: {
    /** Each text stands once in the base and becomes the other; texts are those of the plain base. */
    placed?: { strategies: string[]; changes: [was: string, now: string][] };
    refused?: string;
    unusable?: string;
  };
}

/** How the base differs from the file beside the vectors. */
const VARIANTS = {
  lf: (text: string) => text,
  crlf: (text: string) => text.replaceAll('\n', '\r\n'),
  bare: (text: string) => text,
  tabs: (text: string) => text.replace(/^(?: {4})+/gm, (blanks) => '\t'.repeat(blanks.length / 4)),
};

const vectors = readFileSync(new URL('vectors.ndjson', folder), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

function baseOf(variant: Vector['base']): string {
  return variant === 'bare' ? LEDGER.trimEnd() : VARIANTS[variant](LEDGER);
}

function place(text: string, answer: string): ApplyEditsResult {
  const { edits, problems } = parseAnswer(answer);
  expect(problems).toEqual([]);
  const bound = edits.map((edit) => ({ ...edit, base_hash: HASH }));
  return applyEdits({ path: PATH, text, hash: HASH, rows: chunkTextSimply(PATH, text), edits: bound });
}

function expectPlaced({ name, base, answer, expect: { placed } }: Vector): void {
  if (placed === undefined) throw new Error(`${name} expects nothing`);
  const text = baseOf(base);
  let wanted = text;
  for (const change of placed.changes) {
    const [was, now] = change.map(VARIANTS[base]) as [string, string];
    expect(wanted.split(was), `${name}: the base holds the text once`).toHaveLength(2);
    wanted = wanted.replace(was, () => now);
  }
  const result = place(text, answer);
  if (result.status === 'refused') throw new Error(`refused: ${result.refusal.message}`);
  expect(result.text).toBe(wanted);
  expect(result.placed.map(({ strategy }) => strategy)).toEqual(placed.strategies);
}

describe('the published placements', () => {
  it('are at least a hundred and fifty, no two alike', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(150);
    expect(new Set(vectors.map(({ base, answer }) => `${base}\n${answer}`)).size).toBe(vectors.length);
  });

  it.each(vectors)('$name', (vector) => {
    const { refused, unusable } = vector.expect;
    if (unusable !== undefined) expect(parseAnswer(vector.answer).problems.join('\n')).toContain(unusable);
    else if (refused === undefined) expectPlaced(vector);
    else {
      const result = place(baseOf(vector.base), vector.answer);
      expect(result.status === 'refused' ? result.refusal.code : result.text).toBe(refused);
      if (result.status === 'refused' && refused === 'search_ambiguous')
        expect(result.refusal.candidates.length, 'names the places').toBeGreaterThan(1);
    }
  });
});
