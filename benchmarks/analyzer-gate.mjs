// Asks the analyzer gate alone (T2) about single faults and correct edits of real crates, and measures how long a warm answer takes.
// What is a fault is told by a plain `cargo check` of a copy, apart from preflight. Prints every false alarm and every loss by kind.
// Usage: node benchmarks/analyzer-gate.mjs [--sites 5] [--correct 60] [--edits 60] [--seed 1] [--corpora xml-rs@0.8.29,litrs@1.0.1,num-rational@0.4.2,workspace] [--losses 30]
// Needs the built packages (pnpm build) and a rust-analyzer; `workspace` is put together from published crates that use each other.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openAnalyzerGate } from '../packages/preflight/dist/index.js';
import {
  cargo,
  commitAll,
  createRandom,
  createScratch,
  fetchCrate,
  openStages,
  percent,
  printTable,
  quantile,
} from './preflight-corpus.mjs';
import { blankOut, CORRECT_EDITS, FAULTS } from './preflight-faults.mjs';

const { values: given } = parseArgs({
  options: {
    sites: { type: 'string', default: '5' },
    correct: { type: 'string', default: '60' },
    edits: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    corpora: { type: 'string', default: 'xml-rs@0.8.29,litrs@1.0.1,num-rational@0.4.2,workspace' },
    losses: { type: 'string', default: '30' },
  },
});
/** About 50 k lines in crates that use each other. */
const WORKSPACE = [
  ['grep', '0.3.2'],
  ['grep-cli', '0.1.11'],
  ['grep-matcher', '0.1.7'],
  ['grep-printer', '0.2.2'],
  ['grep-regex', '0.1.13'],
  ['grep-searcher', '0.1.14'],
  ['globset', '0.4.16'],
  ['ignore', '0.4.23'],
  ['regex-syntax', '0.8.5'],
];
const random = createRandom(Number(given.seed));
const scratch = createScratch('analyzer');
const cases = [];
// An interrupted run reports what it has.
for (const name of ['SIGINT', 'SIGTERM'])
  process.once(name, () => {
    report();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  });

try {
  for (const spec of given.corpora.split(',')) await measureCorpus(spec);
  report();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureCorpus(spec) {
  const root = spec === 'workspace' ? fetchWorkspace() : fetchCrate(spec, join(scratch, 'crates'));
  const plain = join(scratch, 'plain', spec);
  mkdirSync(dirname(plain), { recursive: true });
  cpSync(root, plain, { recursive: true });
  const clean = checkPlain(plain);
  if (!clean.builds) throw new Error(`${spec} does not build unchanged:\n${clean.said}`);
  const stages = await openStages(root, join(scratch, 'state', spec), { analyzerGate: openAnalyzerGate() });
  const files = listRust(root).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, code: blankOut(text) };
  });
  const lines = files.reduce((sum, file) => sum + file.text.split('\n').length, 0);
  const job = { spec, root, plain, stages, files };
  const first = await ask(job, touch(files[0]), 'first');
  process.stdout.write(
    `${spec}: ${files.length} files, ${lines} lines; start, load and first answer ${(first.ms / 1000).toFixed(1)} s (${first.verdict}${first.reason === null ? '' : `: ${first.reason}`})\n`,
  );
  await measureLatency(job);
  for (const kind of FAULTS) await measureKind(kind, Number(given.sites), job);
  const share = Math.ceil(Number(given.correct) / given.corpora.split(',').length / CORRECT_EDITS.length);
  for (const kind of CORRECT_EDITS) await measureKind({ ...kind, class: 'correct' }, share, job);
  await stages[Symbol.asyncDispose]();
}

/** One changed file after the other, spread over all files, each with a new statement in a function. */
async function measureLatency(job) {
  const times = [];
  const candidates = job.files.filter((file) => /\bfn \w+\([^)]*\)[^{;]*\{/.test(file.code));
  for (let at = 0; at < Number(given.edits); at += 1) {
    const file = candidates[Math.floor(random() * candidates.length)];
    const receipt = await ask(job, touch(file, at), 'latency');
    times.push(receipt.ms);
    if (receipt.verdict !== 'passed') process.stdout.write(`  NOT PASSED ${file.path}: ${receipt.reason}\n`);
  }
  const show = (share) => `${(quantile(times, share) / 1000).toFixed(3)} s`;
  process.stdout.write(
    `  warm, one changed file of ${job.files.length}, ${times.length} edits: median ${show(0.5)}, p90 ${show(0.9)}, max ${show(1)}\n`,
  );
}

/** The file with one more statement in one of its functions. */
function touch(file, salt = 0) {
  const places = [...file.code.matchAll(/\bfn \w+\([^)]*\)[^{;]*\{/g)];
  const place = places[Math.floor(random() * places.length)];
  const at = place === undefined ? file.text.length : place.index + place[0].length;
  const added =
    place === undefined
      ? `\nconst _TOUCHED_${salt}: u32 = ${salt};\n`
      : `\n    let _touched = ${salt}u32 + 1;\n`;
  return { [file.path]: file.text.slice(0, at) + added + file.text.slice(at) };
}

async function ask({ stages }, files, title) {
  const proposal = await stages.propose(files, title);
  const report = await stages.preflight.verify(proposal, { gates: ['T2'] });
  return report.receipts[0];
}

async function measureKind(kind, sites, job) {
  const all = job.files.flatMap((file) => [...kind.sites(file)]);
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other], all[at]];
  }
  for (const files of all.slice(0, sites)) {
    const { builds, said } = checkPlain(job.plain, files, job.root);
    const receipt = await ask(job, files, kind.id);
    cases.push({
      spec: job.spec,
      kind: kind.id,
      class: kind.class,
      builds,
      said,
      ...pick(receipt),
      place: Object.keys(files).join(' '),
    });
  }
}

function pick({ verdict, reason, ms }) {
  return { verdict, reason, ms };
}

/** Whether a copy of the crate builds with these texts, as cargo alone says. */
function checkPlain(plain, files = {}, root = plain) {
  const put = (path, text) => {
    if (text === null) return rmSync(join(plain, path), { force: true });
    mkdirSync(dirname(join(plain, path)), { recursive: true });
    writeFileSync(join(plain, path), text);
  };
  for (const [path, text] of Object.entries(files)) put(path, text);
  const run = spawnSync('cargo', ['check', '--workspace', '--tests', '--quiet', '--offline'], {
    cwd: plain,
    encoding: 'utf8',
  });
  for (const path of Object.keys(files))
    put(path, existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);
  return {
    builds: run.status === 0,
    said: run.stderr.split('\n').find((line) => line.startsWith('error')) ?? '',
  };
}

/** Published crates as one workspace in which they depend on each other. */
function fetchWorkspace() {
  const folder = join(scratch, 'crates', 'workspace');
  const probe = join(scratch, 'crates', '.probe');
  mkdirSync(join(probe, 'src'), { recursive: true });
  writeFileSync(join(probe, 'src/lib.rs'), '');
  const dependencies = WORKSPACE.map(([name, version]) => `${name} = "=${version}"`).join('\n');
  writeFileSync(
    join(probe, 'Cargo.toml'),
    `[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${dependencies}\n[workspace]\n`,
  );
  const { packages } = JSON.parse(cargo(probe, ['metadata', '--format-version', '1']));
  const members = packages.filter((found) =>
    WORKSPACE.some(([name, version]) => found.name === name && found.version === version),
  );
  for (const member of members) {
    const target = join(folder, 'crates', member.name);
    cpSync(dirname(member.manifest_path), target, { recursive: true });
    for (const file of [
      'Cargo.toml.orig',
      '.cargo_vcs_info.json',
      '.cargo-ok',
      'benches',
      'tests',
      'examples',
      'Cargo.lock',
      '.github',
    ])
      rmSync(join(target, file), { recursive: true, force: true });
    const own = readFileSync(join(target, 'Cargo.toml'), 'utf8')
      .replace(/^\[\[(bench|test|example)\]\][^[]*/gm, '')
      .replace(/^\[profile[^[]*/gm, '');
    writeFileSync(join(target, 'Cargo.toml'), own);
  }
  const patches = members.map((member) => `${member.name} = { path = "crates/${member.name}" }`).join('\n');
  writeFileSync(
    join(folder, 'Cargo.toml'),
    `[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n\n[patch.crates-io]\n${patches}\n`,
  );
  writeFileSync(join(folder, '.gitignore'), 'target/\n');
  cargo(folder, ['generate-lockfile']);
  cargo(folder, ['fetch']);
  return commitAll(folder);
}

function listRust(root) {
  const found = [];
  const visit = (prefix) => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      if (entry.name === 'target' || entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) visit(`${prefix}${entry.name}/`);
      else if (entry.name.endsWith('.rs') && /(^|\/)src\//.test(`${prefix}${entry.name}`))
        found.push(`${prefix}${entry.name}`);
    }
  };
  visit('');
  return found.sort();
}

function report() {
  const faults = cases.filter((found) => found.class !== 'correct' && found.class !== 'orphans');
  const breaking = faults.filter((found) => !found.builds);
  const caught = (list) => list.filter((found) => found.verdict === 'failed').length;
  const alarms = cases.filter(
    (found) => found.builds && found.verdict === 'failed' && found.class !== 'orphans',
  );
  const kinds = [...new Set(faults.map((found) => found.kind))];
  process.stdout.write('\n');
  printTable([
    ['class', 'kind', 'n', 'cargo rejects', 'T2 stops'],
    ...kinds.map((kind) => {
      const own = breaking.filter((found) => found.kind === kind);
      return [
        faults.find((found) => found.kind === kind).class,
        kind,
        faults.filter((found) => found.kind === kind).length,
        own.length,
        caught(own),
      ];
    }),
  ]);
  const accepted = cases.filter((found) => found.builds && found.class !== 'orphans');
  process.stdout.write('\n');
  printTable([
    ['measure', 'result', 'bar'],
    ['compile-breaking proposals', breaking.length, ''],
    ['stopped by T2 alone', `${percent(caught(breaking), breaking.length)} (${caught(breaking)})`, '>= 80 %'],
    ...[...new Set(breaking.map((found) => found.spec))].map((spec) => {
      const own = breaking.filter((found) => found.spec === spec);
      return [`  ${spec}`, `${percent(caught(own), own.length)} of ${own.length}`, ''];
    }),
    [`false alarms on ${accepted.length} accepted`, alarms.length, '0'],
    ['advice only or not run', cases.filter((found) => found.verdict === 'not_run').length, ''],
    [
      'T2 ms, median / p90',
      `${quantile(
        cases.map((found) => found.ms),
        0.5,
      ).toFixed(0)} / ${quantile(
        cases.map((found) => found.ms),
        0.9,
      ).toFixed(0)}`,
      '',
    ],
  ]);
  show('false alarms', alarms, (found) => `${found.spec} ${found.kind} ${found.place}: ${found.reason}`);
  const idle = cases.filter((found) => found.verdict === 'not_run' || found.verdict === 'inconclusive');
  show('not judged', idle, (found) => `${found.kind}: ${found.reason}`);
  const missed = breaking.filter((found) => found.verdict === 'passed');
  show('missed', missed, (found) => `${found.spec} ${found.kind} ${found.place}: ${found.said}`);
}

function show(title, list, format) {
  process.stdout.write(`\n${title}: ${list.length}\n`);
  for (const found of list.slice(0, Number(given.losses))) process.stdout.write(`  ${format(found)}\n`);
}
