// Makes random git trees, takes a checkpoint, changes files, index, modes and links at random, restores, and compares every byte, mode, link and
// index entry, HEAD, branches and stash.
// Usage: node benchmarks/preflight-checkpoints.mjs [--trees 500] [--seed 1]
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCheckpoint, restoreCheckpoint } from '../packages/preflight/dist/index.js';
import { createRandom, createScratch, printTable, quantile, sha256 } from './preflight-corpus.mjs';

const { values: given } = parseArgs({
  options: { trees: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } },
});
const random = createRandom(Number(given.seed));
const pick = (list) => list[Math.floor(random() * list.length)];
const scratch = createScratch('checkpoints');
const NAMES = [
  'a.rs',
  'src/b.rs',
  'src/deep/c.rs',
  'with space.txt',
  'ümlaut.md',
  'bin.dat',
  '-dash',
  'x/y/z/w.toml',
  'q"uote',
  'UPPER',
  'src/d.rs',
  'data/é.json',
];
const times = { make: [], restore: [] };
const losses = [];

try {
  for (let number = 0; number < Number(given.trees); number += 1) await tryTree(number);
  printTable([
    ['measure', 'result', 'bar'],
    ['trees', given.trees, '500'],
    ['restored exactly, index and refs included', Number(given.trees) - losses.length, given.trees],
    [
      'checkpoint ms, median / p90',
      `${quantile(times.make, 0.5).toFixed(0)} / ${quantile(times.make, 0.9).toFixed(0)}`,
      '',
    ],
    [
      'restore ms, median / p90',
      `${quantile(times.restore, 0.5).toFixed(0)} / ${quantile(times.restore, 0.9).toFixed(0)}`,
      '',
    ],
  ]);
  for (const loss of losses.slice(0, 20)) process.stdout.write(`  LOSS ${loss}\n`);
  if (losses.length > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function tryTree(number) {
  const root = join(scratch, `tree-${number}`);
  mkdirSync(root);
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  git('init', '-q');
  git('config', 'user.name', 'Benchmark');
  git('config', 'user.email', 'benchmark@example.org');
  writeFileSync(join(root, '.gitignore'), 'ignored/\n');
  for (let count = 1 + Math.floor(random() * 8); count > 0; count -= 1) change(root, git);
  if (random() < 0.85) {
    git('add', '-A');
    git('commit', '-qm', 'start', '--allow-empty');
  }
  for (let count = Math.floor(random() * 6); count > 0; count -= 1) change(root, git);
  const before = describe(root, git);
  const context = {
    root,
    stateDir: join(scratch, 'state'),
    env: { PATH: process.env.PATH, HOME: process.env.HOME ?? '/' },
  };
  try {
    const made = performance.now();
    const checkpoint = await createCheckpoint(context, `tree ${number}`);
    times.make.push(performance.now() - made);
    for (let count = 1 + Math.floor(random() * 10); count > 0; count -= 1) change(root, git);
    const restored = performance.now();
    const outcome = await restoreCheckpoint(context, checkpoint.id, { includeIndex: true });
    times.restore.push(performance.now() - restored);
    const after = describe(root, git);
    const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
      (key) => before.get(key) !== after.get(key),
    );
    if (outcome.status !== 'restored' || differing.length > 0)
      losses.push(
        `tree ${number}: ${outcome.status} ${outcome.reason ?? ''} ${differing.slice(0, 3).join(', ')}`,
      );
  } catch (error) {
    losses.push(`tree ${number}: ${error.message}`);
  }
  rmSync(root, { recursive: true, force: true });
}

/** One random change of the work tree or the index. */
function change(root, git) {
  const path = pick(NAMES);
  const file = join(root, path);
  const roll = random();
  try {
    if (roll < 0.5) {
      mkdirSync(dirname(file), { recursive: true });
      rmSync(file, { force: true });
      writeFileSync(
        file,
        pick([
          '',
          'one\n',
          'two\r\nlines\r\n',
          '\ufeffbom\n',
          'no end',
          Buffer.from([0, 1, 255, 254]),
          `${random()}\n`,
        ]),
        { mode: pick([0o644, 0o755]) },
      );
    } else if (roll < 0.62) rmSync(file, { force: true, recursive: true });
    else if (roll < 0.7 && existsSync(file)) chmodSync(file, pick([0o644, 0o755]));
    else if (roll < 0.78) {
      mkdirSync(dirname(file), { recursive: true });
      rmSync(file, { force: true, recursive: true });
      symlinkSync(pick(['a.rs', 'nowhere', '../x']), file);
    } else if (roll < 0.9) git('add', '-A', '--', '.');
    else if (roll < 0.95) git('rm', '-q', '--cached', '--ignore-unmatch', '--', path);
    else git('add', '-N', '--', path);
  } catch {
    // a folder stands where a file would go, or git has nothing to do
  }
}

function describe(root, git) {
  const found = new Map([
    ['(index)', git('ls-files', '-s', '-z')],
    ['(refs)', git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash')],
    ['(head)', readFileSync(join(root, '.git/HEAD'), 'utf8')],
    ['(config)', readFileSync(join(root, '.git/config'), 'utf8')],
  ]);
  const visit = (prefix) => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      const path = prefix + entry.name;
      if (path === '.git') continue;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (entry.isSymbolicLink()) found.set(path, `link ${readlinkSync(join(root, path))}`);
      else
        found.set(
          path,
          `${lstatSync(join(root, path)).mode & 0o100} ${sha256(readFileSync(join(root, path)))}`,
        );
    }
  };
  visit('');
  return found;
}
