// How long the gates without a compiler (T0 syntax, T1 graph) take on a proposal of many rows, warm, every round with texts nobody has seen.
// Usage: node benchmarks/preflight-fast-gates.mjs [--crate litrs@1.0.1 | --repo <folder>] [--rows 50] [--rounds 15]
// `bodies`: a statement more in every changed function. `interfaces`: a function more in every changed file as well.
// Prints wall clock of the receipts, and CPU time of all threads for the whole call. Reads the built packages; run `pnpm build` first.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  commitAll,
  createScratch,
  fetchCrate,
  openStages,
  printTable,
  quantile,
} from './preflight-corpus.mjs';
import { blankOut } from './preflight-faults.mjs';

const { values: given } = parseArgs({
  options: {
    crate: { type: 'string', default: 'litrs@1.0.1' },
    repo: { type: 'string' },
    rows: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '15' },
  },
});
const scratch = createScratch('fast-gates');
try {
  await measure();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure() {
  const root = given.repo === undefined ? fetchCrate(given.crate, join(scratch, 'crates')) : copyRepository();
  const stages = await openStages(root, join(scratch, 'state'));
  const files = listRust(root).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, code: blankOut(text) };
  });
  const lines = files.reduce((sum, { text }) => sum + text.split('\n').length, 0);
  process.stdout.write(
    `${given.repo ?? given.crate}: ${files.length} files, ${lines} lines; load ${loadavg()[0].toFixed(1)}\n\n`,
  );
  const table = [
    [
      'change',
      'rows',
      'files',
      'T0 ms least / median / p90',
      'T1 ms least / median / p90',
      'call, ms of CPU, median',
      'verdicts',
    ],
  ];
  for (const kind of ['bodies', 'interfaces']) table.push(await measureKind(kind, files, stages));
  printTable(table);
  await stages[Symbol.asyncDispose]();
}

async function measureKind(kind, files, { propose, preflight }) {
  const times = { T0: [], T1: [], cpu: [] };
  const verdicts = new Set();
  let size = [];
  for (let round = -2; round < Number(given.rounds); round += 1) {
    const texts = change(kind, files, round);
    const proposal = await propose(texts, kind);
    size = [proposal.rows.length, Object.keys(texts).length];
    const before = process.cpuUsage();
    const { receipts } = await preflight.verify(proposal, { gates: ['T0', 'T1'], stopAtFirst: false });
    const { user, system } = process.cpuUsage(before);
    if (round < 0) continue; // two to warm up
    for (const { gate, ms, verdict } of receipts) {
      times[gate].push(ms);
      verdicts.add(`${gate} ${verdict}`);
    }
    times.cpu.push((user + system) / 1000);
  }
  const show = (list) => [0, 0.5, 0.9].map((share) => quantile(list, share).toFixed(0)).join(' / ');
  return [
    kind,
    ...size,
    show(times.T0),
    show(times.T1),
    quantile(times.cpu, 0.5).toFixed(0),
    [...verdicts].join(', '),
  ];
}

/** Changed texts by path; `round` makes them new. */
function change(kind, files, round) {
  const changed = {};
  let left = Number(given.rows);
  for (const { path, text, code } of files) {
    let after = '';
    let from = 0;
    const wanted = [...code.matchAll(/\bfn \w+\([^)]*\)[^{};]*\{\n/g)].slice(0, left);
    for (const found of wanted) {
      const at = found.index + found[0].length;
      after += `${text.slice(from, at)}        let _touched = ${round + 10}_u32;\n`;
      from = at;
      left -= 1;
    }
    after += text.slice(from);
    if (kind === 'interfaces' && from > 0)
      after += `\n#[allow(dead_code)]\nfn zz_added_${round + 10}(value: u32) -> u32 {\n    value.wrapping_add(1)\n}\n`;
    if (from > 0) changed[path] = after;
    if (left === 0) break;
  }
  return changed;
}

function copyRepository() {
  const root = join(scratch, 'repository');
  cpSync(given.repo, root, { recursive: true, filter: (path) => !/\/target(\/|$)/.test(path) });
  return commitAll(root);
}

function listRust(root) {
  return readdirSync(root, { recursive: true })
    .filter((path) => path.endsWith('.rs') && /(^|\/)src\//.test(path) && !path.startsWith('target/'))
    .sort();
}
