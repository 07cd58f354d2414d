// Indexes a repository with the built command line into a temporary graph, then puts every file together again from the graph's rows and
// compares bytes. Prints lines per second, peak memory of the process tree, the ledger and every difference.
// Usage: node benchmarks/index-repository.mjs <path> [runs]
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { assembleFile } from '../packages/isg-core/dist/index.js';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'cli', 'dist', 'main.js');
const [target, runs = '1'] = process.argv.slice(2);
if (target === undefined) {
  process.stderr.write('Usage: node benchmarks/index-repository.mjs <path of a Rust repository> [runs]\n');
  process.exit(2);
}
const repository = resolve(target);
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-bench-'));

try {
  for (let run = 1; run <= Number(runs); run += 1) await measure(run);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(run) {
  const stateDir = join(scratch, `state-${run}`);
  const { stdout, peakBytes, seconds } = await runVerb([
    'index',
    '--json',
    '--quiet',
    '--state-dir',
    stateDir,
  ]);
  const index = JSON.parse(stdout);
  const { files, differences } = await compareFiles(stateDir);
  const rows = [
    ['files indexed', index.files],
    ['lines', index.lines],
    ['rows', index.rows],
    ['edges', index.edges],
    [
      'ledger',
      `${index.seen} seen = ${index.files} indexed + ${index.skipped.length} skipped${index.seen === index.files + index.skipped.length ? '' : '  DOES NOT ADD UP'}`,
    ],
    ['syntax diagnostics', index.diagnostics],
    ['unresolved share', `${(index.analytics.unresolved_share * 100).toFixed(1)} %`],
    ['wall seconds, whole verb', seconds.toFixed(2)],
    ['lines per second', Math.round(index.lines / seconds)],
    ['peak RSS of the process tree', `${Math.round(peakBytes / 2 ** 20)} MiB`],
    ['files equal byte for byte', `${files - differences.length} of ${files}`],
  ];
  process.stdout.write(
    `run ${run}: ${repository}\n${rows.map(([name, value]) => `  ${name.padEnd(30)} ${value}`).join('\n')}\n`,
  );
  for (const path of differences) process.stdout.write(`  DIFFERS ${path}\n`);
  if (differences.length > 0 || files !== index.files) process.exitCode = 1;
}

/** Assembles every file from the exported rows. */
async function compareFiles(stateDir) {
  const child = start(['export', '--quiet', '--state-dir', stateDir]);
  const byFile = new Map();
  for await (const line of createInterface({ input: child.stdout })) {
    const { file, isgl1_key, parent_key, order, parent_offset, current_code } = JSON.parse(line);
    if (!byFile.has(file)) byFile.set(file, []);
    byFile.get(file).push({ isgl1_key, parent_key, order, parent_offset, current_code });
  }
  const differences = [...byFile].filter(
    ([path, rows]) => !Buffer.from(assembleFile(rows).text).equals(readFileSync(join(repository, path))),
  );
  return { files: byFile.size, differences: differences.map(([path]) => path) };
}

async function runVerb(args) {
  const started = performance.now();
  const child = start(args);
  let stdout = '';
  let peakBytes = 0;
  const gauge = setInterval(() => (peakBytes = Math.max(peakBytes, treeBytes(child.pid))), 50);
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  const status = await new Promise((done) => child.once('close', done));
  clearInterval(gauge);
  if (status !== 0) throw new Error(`parseltongue ${args[0]} ended with ${status}`);
  return { stdout, peakBytes, seconds: (performance.now() - started) / 1000 };
}

function start(args) {
  return spawn(process.execPath, [main, '-C', repository, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Resident bytes of a process and its children; threads share their process. Linux only, 0 elsewhere. */
function treeBytes(pid) {
  try {
    const own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '),
    );
    return children
      .filter((child) => child.trim() !== '')
      .reduce((sum, child) => sum + treeBytes(child.trim()), own);
  } catch {
    return 0; // it ended meanwhile
  }
}
