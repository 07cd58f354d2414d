import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyzeOverlay, type OverlayAnalysis, type OverlayChange, openAnalyzer } from '../../src/index.js';
import { VARIANTS } from '../support/edit-variants.js';
import { openRepository, type TemporaryRepository } from '../support/temporary-repository.js';

const SEED = 20_261_121;
const PATHS = Object.keys(VARIANTS).filter((path) => /\.rs$|Cargo\.toml$/.test(path));
/** A file of its own makes the analyzer resolve everything anew. */
const STRANGER: OverlayChange = { path: 'zz_stranger.rs', after: 'pub fn stranger() {}\n' };

const change = fc.constantFrom(...PATHS).chain((path) =>
  fc.record({
    path: fc.constant(path),
    variant: fc.integer({ min: -1, max: (VARIANTS[path] ?? []).length - 1 }),
    isNoted: fc.boolean(),
  }),
);
const step = fc.record({
  asked: fc.uniqueArray(change, { minLength: 1, maxLength: 3, selector: ({ path }) => path }),
  written: fc.option(change, { freq: 4 }),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function textOf({ path, variant, isNoted }: Change): string | null {
  const text = VARIANTS[path]?.[variant];
  if (text === undefined) return null;
  return isNoted && path.endsWith('.rs') ? text.replaceAll('{ ', '{ let _noted = 1; ') : text;
}

function write(repository: TemporaryRepository, one: Change): void {
  const text = textOf(one);
  if (text === null) rmSync(join(repository.root, one.path), { force: true });
  else repository.write(one.path, text);
}

function withoutStranger({ rows, edges, references, diagnostics, problems }: OverlayAnalysis) {
  return {
    rows: [...rows].filter(([path]) => path !== STRANGER.path),
    edges: edges.filter(({ from, to }) => !`${from} ${to}`.includes(STRANGER.path)),
    references: references.filter(({ key }) => !key.startsWith(STRANGER.path)),
    diagnostics,
    problems: problems.filter(({ path }) => path !== STRANGER.path),
  };
}

describe('warm analyzer', () => {
  it('answers any sequence of questions as one that resolves everything anew', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      using repository = openRepository();
      for (const path of PATHS) write(repository, { path, variant: 0, isNoted: false });
      await using analyzer = await openAnalyzer(repository.root, { workers: 1 });
      await using whole = await openAnalyzer(repository.root, { workers: 1 });
      for (const { asked, written } of steps) {
        if (written !== null) write(repository, written);
        const changes = asked.map((one) => ({ path: one.path, after: textOf(one) }));
        const answer = withoutStranger(await analyzer.analyze(changes));
        expect(answer).toEqual(withoutStranger(await whole.analyze([...changes, STRANGER])));
        if (written === null) continue;
        expect(answer).toEqual(
          withoutStranger(await analyzeOverlay(repository.root, changes, { workers: 1 })),
        );
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: 5 });
  }, 300_000);
});
