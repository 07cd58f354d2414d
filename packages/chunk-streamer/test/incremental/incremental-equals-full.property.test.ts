import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openIncrementalStream, streamChunks } from '../../src/index.js';
import { accumulate, createAccumulated } from '../support/accumulate-stream.js';
import { VARIANTS } from '../support/edit-variants.js';
import { openRepository, type TemporaryRepository } from '../support/temporary-repository.js';

const SEED = 6_202_611;
const PATHS = Object.keys(VARIANTS);

interface Change {
  path: string;
  /** Which text; -1 deletes the file. */
  variant: number;
}

const change = fc.constantFrom(...PATHS).chain((path) =>
  fc.record({
    path: fc.constant(path),
    variant: fc.integer({ min: -1, max: (VARIANTS[path] ?? []).length - 1 }),
  }),
);
const step = fc.record({
  changes: fc.array(change, { minLength: 0, maxLength: 3 }),
  isAccepted: fc.boolean(),
  isReopened: fc.boolean(),
});

function apply(repository: TemporaryRepository, { path, variant }: Change): void {
  const text = VARIANTS[path]?.[variant];
  if (text === undefined) rmSync(join(repository.root, path), { force: true });
  else repository.write(path, text);
}

describe('incremental stream', () => {
  it('gives what a full stream gives after any sequence of edits, whatever was accepted or reopened', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      using repository = openRepository();
      using state = openRepository();
      const stateFile = join(state.root, 'state');
      for (const path of PATHS) apply(repository, { path, variant: 0 });
      let stream = await openIncrementalStream(repository.root, { workers: 1, stateFile });
      const model = createAccumulated();
      await accumulate(model, stream.update());
      await stream.accept();
      try {
        for (const { changes, isAccepted, isReopened } of steps) {
          for (const one of changes) apply(repository, one);
          await accumulate(model, stream.update());
          if (isAccepted) await stream.accept();
          const full = createAccumulated();
          await accumulate(full, streamChunks(repository.root, { workers: 1 }));
          expect(model).toEqual(full);
          if (!isReopened) continue;
          await stream[Symbol.asyncDispose]();
          stream = await openIncrementalStream(repository.root, { workers: 1, stateFile });
        }
      } finally {
        await stream[Symbol.asyncDispose]();
      }
    });
    await fc.assert(property, {
      seed: SEED,
      numRuns: 10,
    });
  }, 580_000);
});
