import { lstatSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undoLast } from '../../src/apply/index.js';
import { createCheckpoint, restoreCheckpoint } from '../../src/git/index.js';
import { createRepository, snapshotGit, snapshotTree } from '../apply/repository.js';

const SEED = 20_261;
const RUNS = 30;

const folder = fc.constantFrom('', 'src/', 'src/deep/', 'a/', 'a/b/', 'ümlaut/', 'with space/');
const file = fc.constantFrom('a', 'b', 'a.rs', 'lib.rs', 'c.txt', 'skip.log', '-dash', '*star');
const path = fc.tuple(folder, file).map(([where, name]) => `${where}${name}`);
const content = fc.oneof(
  fc.constantFrom('', 'text\n', 'a\r\nb\r\n', 'no newline', '\uFEFFbom\n').map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

type Action =
  | { do: 'write'; path: string; content: Buffer; isRunnable: boolean }
  | { do: 'link'; path: string; target: string }
  | { do: 'remove'; path: string }
  | { do: 'stage'; path: string }
  | { do: 'unstage'; path: string };

const write = fc.record({ do: fc.constant('write' as const), path, content, isRunnable: fc.boolean() });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: write },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('link' as const),
      path,
      target: fc.constantFrom('a', '../x', 'src'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stage' as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unstage' as const), path }) },
);
const scene = fc.record({
  attributes: fc.constantFrom('', '*.txt text eol=crlf\n', '* text=auto\n'),
  committed: fc.array(write, { minLength: 1, maxLength: 6 }),
  dirt: fc.array(action, { maxLength: 6 }),
  damage: fc.array(action, { minLength: 1, maxLength: 8 }),
});

type Repository = ReturnType<typeof createRepository>;

/** Carries out one action where the tree allows it. */
function act(repository: Repository, one: Action): void {
  const target = join(repository.root, one.path);
  if (one.do === 'stage' || one.do === 'unstage') {
    const args = one.do === 'stage' ? ['add', '--'] : ['rm', '-q', '--cached', '--'];
    ignoreFailure(() => repository.git('--literal-pathspecs', ...args, one.path));
  } else if (one.do === 'remove') {
    ignoreFailure(() => rmSync(target, { recursive: true }));
  } else {
    clearWay(repository.root, one.path);
    mkdirSync(dirname(target), { recursive: true });
    if (one.do === 'link') symlinkSync(one.target, target);
    else writeFileSync(target, one.content, { mode: one.isRunnable ? 0o755 : 0o644 });
  }
}

/** Removes whatever stands at the path, and files or links where its folders will be. */
function clearWay(root: string, wanted: string): void {
  const parts = wanted.split('/');
  for (let length = 1; length < parts.length; length++) {
    const folderPath = join(root, ...parts.slice(0, length));
    ignoreFailure(() => {
      if (!lstatSync(folderPath).isDirectory()) unlinkSync(folderPath);
    });
  }
  rmSync(join(root, wanted), { recursive: true, force: true });
}

function ignoreFailure(work: () => unknown): void {
  try {
    work();
  } catch {
    // The tree does not allow it; the next action may.
  }
}

describe('a checkpoint of any tree', () => {
  it('is restored byte for byte after any damage, and the restore can be taken back', {
    timeout: 240_000,
  }, async () => {
    let changedCount = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ attributes, committed, dirt, damage }) => {
        using repository = createRepository({ '.gitignore': '*.log\n', '.gitattributes': attributes });
        for (const one of committed) act(repository, one);
        repository.git('add', '-A');
        repository.git('commit', '-q', '--allow-empty', '-m', 'second');
        for (const one of dirt) act(repository, one);
        const saved = withoutIgnored(snapshotTree(repository.root));
        const index = snapshotGit(repository).index;
        const checkpoint = await createCheckpoint(repository.context, 'any');
        expect(snapshotGit(repository).index).toBe(index);
        for (const one of damage) act(repository, one);
        const damaged = snapshotTree(repository.root);
        const git = snapshotGit(repository);
        const outcome = await restoreCheckpoint(repository.context, checkpoint.id);
        if (outcome.status === 'rolled_back') {
          // Only an ignored file that took a saved file's place can forbid it; then nothing changes.
          expect(Object.keys(damaged).some((name) => name.endsWith('.log'))).toBe(true);
          expect(snapshotTree(repository.root)).toEqual(damaged);
          return;
        }
        changedCount += outcome.files.length;
        expect(withoutIgnored(snapshotTree(repository.root))).toEqual(saved);
        expect(snapshotGit(repository)).toEqual(git);
        if (outcome.files.length === 0) return;
        expect((await undoLast(repository.context)).status).toBe('restored');
        expect(snapshotTree(repository.root)).toEqual(damaged);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(changedCount).toBeGreaterThan(RUNS);
  });
});

function withoutIgnored(tree: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !name.endsWith('.log')));
}
