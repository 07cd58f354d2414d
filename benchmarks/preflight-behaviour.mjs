// Puts faults into real crates that compile and that the crates' own tests catch, proposes each, and looks where preflight stops it and how soon
// it meets a failing test. What the tests catch is told by a plain `cargo test` of a copy, apart from preflight.
// Usage: node benchmarks/preflight-behaviour.mjs [--crates litrs@1.0.1,xml-rs@0.8.29,num-rational@0.4.2] [--faults 15] [--seed 1]
//          [--results <file>] [--minutes <n>]
// `--faults` is how many caught faults a crate gives. `--results` keeps what was found: a run that is cut off goes on where it stopped.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { endAfter, KeptResults } from './kept-results.mjs';
import {
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
import { blankOut } from './preflight-faults.mjs';

const { values: given } = parseArgs({
  options: {
    crates: { type: 'string', default: 'litrs@1.0.1,xml-rs@0.8.29,num-rational@0.4.2' },
    faults: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    results: { type: 'string' },
    minutes: { type: 'string' },
  },
});
/** What is changed into what, outside of tests, comments and strings. */
const CHANGES = [
  ['comparison turned round', / (==|!=) /dg, (sign) => (sign === '==' ? '!=' : '==')],
  ['bound moved', / (<=|>=) /dg, (sign) => sign[0]],
  ['sum made a difference', /[\w)] (\+) [\w(]/dg, () => '-'],
  ['and made or', / (&&) /dg, () => '||'],
  ['or made and', / (\|\|) /dg, () => '&&'],
  ['number moved', /[^\w.](\d)(?=[,;)\]} ])/dg, (digit) => String((Number(digit) + 1) % 10)],
  ['condition negated', /\bif ((?!let )[\w.]+\([^(){}]*\)) \{/dg, (condition) => `!${condition}`],
  ['truth turned round', /\b(true|false)\b/dg, (value) => (value === 'true' ? 'false' : 'true')],
];
const scratch = createScratch('behaviour');
const random = createRandom(Number(given.seed));
const kept = new KeptResults(given.results);
const end = endAfter(given.minutes);
const cases = [];
let isCutOff = false;

try {
  for (const spec of given.crates.split(',')) await measureCrate(spec);
  report();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureCrate(spec) {
  const root = fetchCrate(spec, join(scratch, 'crates'));
  const plain = join(scratch, 'plain', spec);
  mkdirSync(dirname(plain), { recursive: true });
  cpSync(root, plain, { recursive: true });
  const job = { spec, root, plain, stages: null };
  const before = hashFolder(root);
  let left = Number(given.faults);
  for (const fault of shuffle(listFaults(root))) {
    if (left === 0) break;
    const id = sha256(JSON.stringify([spec, fault.files]));
    if (!kept.has(id) && Date.now() > end) {
      isCutOff = true;
      break;
    }
    const found = kept.get(id) ?? kept.keep(id, await judge(fault, job));
    cases.push(found);
    if (found.isCaught) left -= 1;
  }
  await job.stages?.[Symbol.asyncDispose]();
  const after = hashFolder(root);
  const changed = [...after].filter(([path, hash]) => before.get(path) !== hash).length;
  process.stdout.write(`${spec}: ${changed} files of the tree changed\n`);
}

/** Faults in code that is not a test. */
function listFaults(root) {
  const found = [];
  for (const path of readdirSync(join(root, 'src'), { recursive: true }).sort()) {
    if (!path.endsWith('.rs') || /(^|\/)tests?(\/|\.rs|_)/.test(path)) continue;
    const text = readFileSync(join(root, 'src', path), 'utf8');
    const code = blankOut(text).replace(/#!?\[[^\]]*\]/g, (match) => match.replace(/[^\n]/g, ' '));
    const isTest = code.search(/^(?:mod tests?\b|#\[cfg\(test\)\])/m);
    const limit = isTest < 0 ? code.length : isTest;
    for (const [kind, pattern, change] of CHANGES)
      for (const match of code.matchAll(pattern)) {
        if (match.index > limit) continue;
        const [start, end] = match.indices[1];
        const after = text.slice(0, start) + change(match[1]) + text.slice(end);
        const line = text.slice(0, start).split('\n').length;
        found.push({ kind, files: { [`src/${path}`]: after }, place: `src/${path}:${line}` });
      }
  }
  return found;
}

function shuffle(all) {
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other], all[at]];
  }
  return all;
}

async function judge({ kind, files, place }, job) {
  const truth = testPlain(job.plain, files, job.root);
  const found = { spec: job.spec, kind, place, ...truth };
  if (truth.isCaught) {
    job.stages ??= await openStages(job.root, join(scratch, 'state', job.spec));
    const proposal = await job.stages.propose(files, kind);
    const answer = await job.stages.preflight.verify(proposal, { gates: ['T0', 'T1', 'T3', 'T4', 'T5'] });
    const last = answer.receipts.at(-1);
    Object.assign(found, {
      verdict: answer.verdict,
      gate: last?.gate,
      reason: last?.reason,
      ...locateFailure(answer, truth),
    });
  }
  return found;
}

/** How many tests ran before and with the first that failed, in the order the gates ask for them. */
function locateFailure(answer, { failed, total }) {
  const gate = answer.receipts.find((receipt) => receipt.gate === 'T4');
  const command = gate?.argv.find((argv) => argv.includes('--') && !argv.includes('--exact')) ?? [];
  const wanted = command.slice(command.indexOf('--') + 1);
  const at = wanted.findIndex((name) => failed.some((test) => test === name || test.endsWith(`::${name}`)));
  return { total, met: at < 0 ? total : at + 1, ran: gate?.counts?.total ?? 0 };
}

/** What the tests of a copy say of these texts. */
function testPlain(plain, files, root) {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(plain, path), text);
  const run = spawnSync('timeout', ['300', 'cargo', 'test', '--workspace', '--offline', '--no-fail-fast'], {
    cwd: plain,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  for (const path of Object.keys(files)) writeFileSync(join(plain, path), readFileSync(join(root, path)));
  const results = [...run.stdout.matchAll(/^test (.+?) \.\.\. (ok|FAILED|ignored)/gm)];
  const failed = results.filter((found) => found[2] === 'FAILED').map((found) => found[1]);
  const builds = run.stdout.includes('\nrunning ');
  // 101 is how cargo says that tests failed; a copy whose tests did not end in time says nothing
  return { builds, isCaught: builds && run.status === 101, failed, total: results.length };
}

function report() {
  if (isCutOff) process.stdout.write('\nleft for the next run with the same --results: more faults\n');
  const caught = cases.filter((found) => found.isCaught);
  const stopped = caught.filter((found) => found.verdict !== 'passed');
  const located = caught.filter((found) => found.failed.length > 0);
  const early = located.filter((found) => found.met <= 0.3 * found.total);
  const shares = located.map((found) => found.met / found.total);
  printTable([
    ['measure', 'result', 'bar'],
    ['faults tried', cases.length, ''],
    [
      'do not compile; compile and no test minds',
      `${cases.filter((found) => !found.builds).length}; ${cases.filter((found) => found.builds && !found.isCaught).length}`,
      '',
    ],
    ['caught by the crate’s tests', caught.length, ''],
    ['of those stopped', percent(stopped.length, caught.length), '100 %'],
    ['failing test met within the first 30 % of the tests', percent(early.length, located.length), '>= 70 %'],
    [
      'share of the tests until it is met, median / p90',
      `${percent(quantile(shares, 0.5), 1)} / ${percent(quantile(shares, 0.9), 1)}`,
      '',
    ],
    [
      'stopped by',
      JSON.stringify(
        Object.fromEntries(
          ['T0', 'T1', 'T3', 'T4', 'T5'].map((gate) => [
            gate,
            stopped.filter((found) => found.gate === gate).length,
          ]),
        ),
      ),
      '',
    ],
    [
      'verdicts',
      JSON.stringify(
        Object.fromEntries(
          ['failed', 'inconclusive'].map((verdict) => [
            verdict,
            stopped.filter((found) => found.verdict === verdict).length,
          ]),
        ),
      ),
      '',
    ],
  ]);
  for (const found of caught.filter((one) => one.verdict === 'passed'))
    process.stdout.write(`  PASSED ${found.spec} ${found.kind} ${found.place}: ${found.failed.join(' ')}\n`);
  for (const found of located.filter((one) => one.met > 0.3 * one.total).slice(0, 20))
    process.stdout.write(
      `  LATE ${found.spec} ${found.kind} ${found.place}: ${found.met} of ${found.total}, T4 ran ${found.ran}: ${found.failed.slice(0, 3).join(' ')}\n`,
    );
}
