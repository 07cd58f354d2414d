// Puts single faults into real crates, proposes each, and counts which gate stops it. What is a fault is told by a plain `cargo check`
// of a copy, apart from preflight. Correct edits measure false alarms.
// Usage: node benchmarks/preflight-mutants.mjs [--crates 3] [--sites 5] [--correct 200] [--tiers T0,T1,T2,T3] [--seed 1] [--truth <file>] [--losses 40]
//          [--skip-kinds 0] [--results <file>] [--minutes <n>]
// `--truth` keeps what cargo said, `--results` what the gates said: a run that is cut off goes on where it stopped, and ends by itself after `--minutes`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openAnalyzerGate } from '../packages/preflight/dist/index.js';
import { endAfter, KeptResults } from './kept-results.mjs';
import {
  CRATES,
  createRandom,
  createScratch,
  fetchCrate,
  hashFolder,
  openStages,
  percent,
  printTable,
  quantile,
  sha256,
} from './preflight-corpus.mjs';
import { blankOut, CORRECT_EDITS, FAULTS } from './preflight-faults.mjs';

const { values: given } = parseArgs({
  options: {
    crates: { type: 'string', default: '3' },
    sites: { type: 'string', default: '5' },
    correct: { type: 'string', default: '200' },
    tiers: { type: 'string', default: 'T0,T1,T2,T3' },
    seed: { type: 'string', default: '1' },
    truth: { type: 'string' },
    losses: { type: 'string', default: '40' },
    'skip-kinds': { type: 'string', default: '0' },
    results: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const tiers = given.tiers.split(',');
const scratch = createScratch('mutants');
const random = createRandom(Number(given.seed));
const truths = new KeptResults(given.truth);
const results = new KeptResults(given.results);
const end = endAfter(given.minutes);
let cutOff = 0;
const cases = [];
const crates = /^\d+$/.test(given.crates) ? CRATES.slice(0, Number(given.crates)) : given.crates.split(',');

try {
  for (const spec of crates) await measureCrate(spec);
  report();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureCrate(spec) {
  const root = fetchCrate(spec, join(scratch, 'crates'));
  const plain = join(scratch, 'plain', spec);
  mkdirSync(dirname(plain), { recursive: true });
  cpSync(root, plain, { recursive: true });
  const files = listRust(root).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, code: blankOut(text) };
  });
  const before = hashFolder(root);
  const job = { spec, root, plain, stages: null, files };
  for (const kind of FAULTS.slice(Number(given['skip-kinds'])))
    await measureKind(kind, Number(given.sites), job);
  const share = Math.ceil(Number(given.correct) / crates.length / CORRECT_EDITS.length);
  for (const kind of CORRECT_EDITS) await measureKind({ ...kind, class: 'correct' }, share, job);
  await job.stages?.[Symbol.asyncDispose]();
  const after = hashFolder(root);
  const changed =
    [...after].filter(([path, hash]) => before.get(path) !== hash).length +
    Math.abs(before.size - after.size);
  process.stdout.write(
    `${spec}: ${cases.filter((found) => found.spec === spec).length} proposals, ${changed} files of the tree changed\n`,
  );
}

/** Builds the copy and opens preflight once there is a proposal that was not judged before. */
async function openJob(job) {
  if (job.stages !== null) return;
  const clean = checkPlain(job.plain);
  if (!clean.builds) throw new Error(`${job.spec} does not build unchanged:\n${clean.said}`);
  const analyzer = tiers.includes('T2') ? { analyzerGate: openAnalyzerGate() } : {};
  job.stages = await openStages(job.root, join(scratch, 'state', job.spec), analyzer);
}

async function measureKind(kind, sites, job) {
  const all = job.files.flatMap((file) => [...kind.sites(file)]);
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other], all[at]];
  }
  for (const files of all.slice(0, sites)) await measureCase(kind, files, job);
}

async function measureCase(kind, files, job) {
  const { spec, plain, root } = job;
  const id = sha256(JSON.stringify([spec, files]));
  const key = `${id} ${tiers.join()}`;
  if (results.has(key)) {
    cases.push(results.get(key));
    return;
  }
  if (Date.now() > end) {
    cutOff += 1;
    return;
  }
  await openJob(job);
  const { stages } = job;
  const { builds, said } = truths.get(id) ?? truths.keep(id, checkPlain(plain, files, root));
  const proposal = await stages.propose(files, kind.id);
  const verdicts = {};
  const reasons = {};
  const ms = {};
  const answer = await stages.preflight.verify(proposal, { gates: tiers, stopAtFirst: false });
  for (const receipt of answer.receipts) {
    verdicts[receipt.gate] = receipt.verdict;
    reasons[receipt.gate] = receipt.reason;
    ms[receipt.gate] = receipt.ms;
  }
  const isFlagged = ['T0', 'T1'].some((gate) => verdicts[gate] === 'failed');
  const found = {
    spec,
    kind: kind.id,
    class: kind.class,
    builds,
    // what is wrong under a feature that is off by default is no false alarm
    buildsWithAllFeatures:
      builds && isFlagged ? checkPlain(plain, files, root, ['--all-features']).builds : builds,
    said,
    verdicts,
    reasons,
    ms,
    place: placeOf(files, root),
    rows: proposal.rows.length,
  };
  cases.push(results.keep(key, found));
}

/** Whether a copy of the crate builds with these texts, as cargo alone says. */
function checkPlain(plain, files = {}, root = plain, features = []) {
  const put = (path, text) => {
    if (text === null) return rmSync(join(plain, path), { force: true });
    mkdirSync(dirname(join(plain, path)), { recursive: true });
    writeFileSync(join(plain, path), text);
  };
  for (const [path, text] of Object.entries(files)) put(path, text);
  const check = (...targets) =>
    spawnSync('cargo', ['check', '--workspace', ...targets, ...features, '--quiet', '--offline'], {
      cwd: plain,
      encoding: 'utf8',
    });
  const run = check('--tests', '--examples');
  const alone = run.status === 0 ? check() : run;
  for (const path of Object.keys(files))
    put(path, existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);
  const said =
    `${run.stderr}${alone === run ? '' : alone.stderr}`
      .split('\n')
      .find((line) => line.startsWith('error')) ?? '';
  return { builds: alone.status === 0, said };
}

function report() {
  if (cutOff > 0)
    process.stdout.write(`\n${cutOff} proposals left for the next run with the same --results\n`);
  const faults = cases.filter((found) => found.class !== 'correct' && found.class !== 'orphans');
  const breaking = faults.filter((found) => !found.builds);
  const isStopped = (found, gates) => gates.some((gate) => found.verdicts[gate] === 'failed');
  process.stdout.write('\nkind, cargo rejects, stopped by\n');
  const kinds = [...new Set(cases.map((found) => found.kind))];
  printTable([
    ['class', 'kind', 'n', 'rejects', ...tiers, 'T0+T1 on accepted'],
    ...kinds.map((kind) => {
      const own = cases.filter((found) => found.kind === kind);
      const bad = own.filter((found) => !found.builds);
      return [
        own[0].class,
        kind,
        own.length,
        bad.length,
        ...tiers.map((tier) => bad.filter((found) => isStopped(found, [tier])).length),
        own.filter((found) => found.builds && isStopped(found, ['T0', 'T1'])).length,
      ];
    }),
  ]);
  const names = breaking.filter((found) => found.class === 'names');
  const cheap = ['T0', 'T1'];
  const flagged = cases.filter((found) => found.class !== 'orphans' && isStopped(found, cheap));
  const flaggedNames = flagged.filter((found) => found.class === 'names' || found.class === 'correct');
  const correct = cases.filter((found) => found.class === 'correct' && found.builds);
  const accepted = cases.filter((found) => found.class !== 'orphans' && found.builds);
  const orphans = cases.filter((found) => found.class === 'orphans');
  const rows = [
    ['kinds with a compile-breaking case', new Set(breaking.map((found) => found.kind)).size, '>= 40'],
    ['compile-breaking proposals', breaking.length, ''],
    [
      'stopped before the tree changed',
      `${percent(breaking.filter((found) => isStopped(found, tiers)).length, breaking.length)}`,
      '100 %',
    ],
    [
      'names class: recall of T0+T1',
      percent(names.filter((found) => isStopped(found, cheap)).length, names.length),
      '>= 90 %',
    ],
    [
      'names class: precision of T0+T1',
      percent(flaggedNames.filter((found) => !found.builds).length, flaggedNames.length),
      '>= 95 %',
    ],
    [
      '  counting what breaks under a feature that is off',
      percent(flaggedNames.filter((found) => !found.buildsWithAllFeatures).length, flaggedNames.length),
      '',
    ],
    [
      'all classes: precision of T0+T1',
      percent(flagged.filter((found) => !found.builds).length, flagged.length),
      '',
    ],
    [
      'all classes: recall of T0+T1',
      percent(breaking.filter((found) => isStopped(found, cheap)).length, breaking.length),
      '',
    ],
    [
      'files without a mod line stopped',
      percent(orphans.filter((found) => isStopped(found, cheap)).length, orphans.length),
      '100 %',
    ],
    [
      `correct edits (${correct.length}) wrongly blocked`,
      percent(correct.filter((found) => isStopped(found, tiers)).length, correct.length),
      '<= 1 %',
    ],
    ...tiers.slice(2).flatMap((tier) => [
      [
        `${tier} alone stops`,
        percent(breaking.filter((found) => isStopped(found, [tier])).length, breaking.length),
        tier === 'T2' ? '>= 80 %' : '',
      ],
      [
        `${tier} false alarms on ${accepted.length} that cargo accepts`,
        accepted.filter((found) => isStopped(found, [tier])).length,
        '0',
      ],
      [
        `${tier} without a verdict`,
        cases.filter((found) => !['passed', 'failed'].includes(found.verdicts[tier])).length,
        '',
      ],
    ]),
    ...tiers.map((tier) => [
      `${tier} ms, median / p90`,
      `${quantile(
        cases.map((found) => found.ms[tier]),
        0.5,
      ).toFixed(1)} / ${quantile(
        cases.map((found) => found.ms[tier]),
        0.9,
      ).toFixed(1)}`,
      '',
    ]),
  ];
  process.stdout.write('\n');
  printTable([['measure', 'result', 'bar'], ...rows]);
  const missed = names.filter((found) => !isStopped(found, cheap));
  const wrong = flagged.filter((found) => found.builds && found.buildsWithAllFeatures !== false);
  const escaped = breaking.filter((found) => !isStopped(found, tiers));
  const limit = Number(given.losses);
  for (const tier of tiers.slice(2)) {
    const alarms = accepted.filter((found) => isStopped(found, [tier]));
    show(`\n${tier} false alarms (${alarms.length})`, alarms.slice(0, limit), (found) => found.reasons[tier]);
  }
  show(`\nwrongly flagged by T0+T1 (${wrong.length})`, wrong.slice(0, limit), (found) =>
    cheap
      .map((gate) => (found.verdicts[gate] === 'failed' ? `${gate}: ${found.reasons[gate]}` : ''))
      .join(' '),
  );
  show(`\nescaped every gate (${escaped.length})`, escaped.slice(0, limit), (found) => found.said);
  show(`\nnames class missed by T0+T1 (${missed.length})`, missed.slice(0, limit), (found) => found.said);
}

function show(title, found, describe) {
  process.stdout.write(`${title}\n`);
  for (const one of found)
    process.stdout.write(`  ${one.spec} ${one.kind} ${one.place}: ${String(describe(one)).slice(0, 200)}\n`);
}

/** Path and line of the first difference. */
function placeOf(files, root) {
  const [path, text] = Object.entries(files)[0];
  if (text === null || !existsSync(join(root, path))) return path;
  const old = readFileSync(join(root, path), 'utf8').split('\n');
  const now = text.split('\n');
  const at = now.findIndex((line, index) => line !== old[index]);
  return `${path}:${at + 1} "${(now[at] ?? '').trim().slice(0, 70)}"`;
}

function listRust(root) {
  const found = [];
  const visit = (prefix) => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      if (['target', '.git', 'tests', 'benches'].includes(entry.name)) continue;
      if (entry.isDirectory()) visit(`${prefix}${entry.name}/`);
      else if (entry.name.endsWith('.rs')) found.push(`${prefix}${entry.name}`);
    }
  };
  visit('');
  return found.sort();
}
