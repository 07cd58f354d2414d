// Measures the shadow workspace on a clone: set-up, what is recompiled, what of the user's files changes, the check of an edit in the warmed
// shadow against the same incremental check in place, and the user's next check.
// Usage: node benchmarks/preflight-shadow.mjs [--edits 8] <clone of a Rust workspace> [revision]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openChunker } from '../packages/chunk-streamer/dist/index.js';
import { openPreflight } from '../packages/preflight/dist/index.js';
import {
  cargo,
  createProposal,
  createScratch,
  hashFolder,
  printTable,
  quantile,
} from './preflight-corpus.mjs';

const { values: given, positionals } = parseArgs({
  options: { edits: { type: 'string', default: '8' } },
  allowPositionals: true,
});
const [clone, revision] = positionals;
if (clone === undefined) {
  process.stderr.write('Usage: node benchmarks/preflight-shadow.mjs [--edits 8] <clone> [revision]\n');
  process.exit(2);
}
const scratch = createScratch('shadow');
const CHECKS = [
  ['check', '--workspace', '--keep-going'],
  ['check', '--workspace', '--tests', '--examples', '--keep-going'],
];
const graph = {
  getRow: async () => undefined,
  rowsOfFile: async () => [],
  findRows: async () => ({ rows: [], total: 0 }),
  edgesFrom: async () => [],
  edgesTo: async () => [],
  referencesOf: async () => [],
  files: async () => [],
};

try {
  await measure();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure() {
  const root = join(scratch, 'tree');
  execFileSync('git', ['clone', '-q', clone, root]);
  if (revision !== undefined)
    execFileSync('git', ['checkout', '-q', '--detach', revision], { cwd: root, stdio: 'ignore' });
  cargo(root, ['fetch']);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'CARGO_TARGET_DIR'));
  for (const command of CHECKS) cargo(root, [...command, '--offline']);
  cargo(root, ['test', '--workspace', '--no-run', '--offline']);
  const files = listRust(root);
  const lines = files.reduce(
    (sum, path) => sum + readFileSync(join(root, path), 'utf8').split('\n').length,
    0,
  );
  const before = hashFolder(root);
  const stateDir = join(scratch, 'state');
  mkdirSync(stateDir);
  const chunker = await openChunker(root);
  const preflight = await openPreflight({
    root,
    stateDir,
    chunker,
    analyzer: { analyze: async () => ({ problems: [] }) },
    graph,
    env,
  });
  const library = files.filter((path) => path.endsWith('src/lib.rs'));
  const edit = (path, number) => ({
    [path]: `${readFileSync(join(root, path), 'utf8')}\n#[allow(dead_code)]\nfn zz_${number}() -> u32 {\n    ${number}\n}\n`,
  });
  const propose = (number) =>
    createProposal({ root, chunker }, edit(library[number % library.length], number));
  const first = await time(async () => preflight.verify(await propose(0), { gates: ['T0'] }));
  const again = await time(async () => preflight.verify(await propose(0), { gates: ['T0'] }));
  const shadow = join(
    stateDir,
    readdirSync(stateDir).find((name) => /^shadow-[0-9a-f]+$/.test(name)),
  );
  const recompiled = countStale(join(shadow, 'fs', root), {
    ...env,
    CARGO_TARGET_DIR: join(shadow, 'target'),
    CARGO_BUILD_BUILD_DIR: join(shadow, 'target'),
  });
  const warmUp = await time(() => preflight.diagnose([]));
  await preflight.verify(await propose(1), { gates: ['T3'] });
  const ratios = [];
  const pairs = [];
  const place = join(scratch, 'place');
  execFileSync('cp', ['-a', root, place]);
  for (const command of CHECKS) cargo(place, [...command, '--offline']);
  inPlace(place, edit(library[1 % library.length], 1), env);
  for (let number = 2; number < 2 + Number(given.edits); number += 1) {
    const proposal = await propose(number);
    const own = inPlace(place, edit(library[number % library.length], number), env);
    const report = await preflight.verify(proposal, { gates: ['T3'] });
    const [receipt] = report.receipts;
    if (receipt.verdict !== 'passed')
      process.stdout.write(`  LOSS T3 ${receipt.verdict}: ${receipt.reason}\n`);
    pairs.push([own, receipt.ms]);
    ratios.push(receipt.ms / own);
  }
  await preflight[Symbol.asyncDispose]();
  await chunker[Symbol.asyncDispose]();
  const after = hashFolder(root);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  printTable([
    ['measure', 'result', 'bar'],
    ['lines of Rust', lines, '50 000'],
    ['shadow set-up, s (first verification less the second)', ((first - again) / 1000).toFixed(2), '<= 1.5'],
    ['units recompiled in the fresh shadow', recompiled, '0'],
    ['warm-up check of the untouched tree, s', (warmUp / 1000).toFixed(2), ''],
    ['user files changed, target and lock file included', changed.length, '0'],
    ['T3 in the warmed shadow / in place, median of ratios', quantile(ratios, 0.5).toFixed(2), '<= 1.15'],
    [
      'T3 in the warmed shadow / in place, sum of times',
      (pairs.reduce((sum, [, ours]) => sum + ours, 0) / pairs.reduce((sum, [own]) => sum + own, 0)).toFixed(
        2,
      ),
      '',
    ],
    [
      'in place ms, median; T3 ms, median',
      `${quantile(
        pairs.map(([own]) => own),
        0.5,
      ).toFixed(0)}; ${quantile(
        pairs.map(([, ours]) => ours),
        0.5,
      ).toFixed(0)}`,
      '',
    ],
    ["units of the user's next check", countStale(root, env), '0'],
  ]);
  for (const path of changed.slice(0, 10)) process.stdout.write(`  CHANGED ${path}\n`);
}

/** Milliseconds of the two checks after writing the edit in a copy beside the user's tree; the edit is taken back. */
function inPlace(place, files, env) {
  const old = Object.fromEntries(
    Object.keys(files).map((path) => [path, readFileSync(join(place, path), 'utf8')]),
  );
  for (const [path, text] of Object.entries(files)) writeFileSync(join(place, path), text);
  const started = performance.now();
  for (const command of CHECKS)
    spawnSync('cargo', [...command, '--offline', '--locked', '--message-format=json'], {
      cwd: place,
      env,
      maxBuffer: 2 ** 28,
    });
  const ms = performance.now() - started;
  for (const [path, text] of Object.entries(old)) writeFileSync(join(place, path), text);
  return ms;
}

function countStale(cwd, env) {
  const run = spawnSync('cargo', [...CHECKS[0], '--offline', '--message-format=json'], {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const artifacts = run.stdout.split('\n').filter((line) => line.includes('"compiler-artifact"'));
  return artifacts.length === 0
    ? `no answer: ${run.stderr.slice(-200)}`
    : artifacts.filter((line) => line.includes('"fresh":false')).length;
}

async function time(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function listRust(root) {
  return execFileSync('git', ['ls-files', '*.rs'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
}
