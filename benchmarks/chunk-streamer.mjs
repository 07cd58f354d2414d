// Streams real repositories and prints what that cost and whether it was right.
// Usage: node benchmarks/chunk-streamer.mjs <path> [<path> ..] [--workers 1,2]
// Needs the built packages (pnpm build). Each number of workers runs in a process of its own, so that peak memory is its own.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const SELF = fileURLToPath(import.meta.url);
const STREAMER = new URL('../packages/chunk-streamer/', import.meta.url);
const MEBIBYTE = 1024;

if (process.argv[2] === '--measure')
  await measure(process.argv[3], Number(process.argv[4]), process.argv[5] !== 'rows');
else if (process.argv[2] === '--baseline') await measureBaseline(process.argv[3]);
else report();

function report() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { workers: { type: 'string', default: '1,2' } },
  });
  if (positionals.length === 0) {
    process.stderr.write('Usage: node benchmarks/chunk-streamer.mjs <path> [<path> ..] [--workers 1,2]\n');
    process.exitCode = 2;
    return;
  }
  for (const root of positionals) {
    process.stdout.write(`${root}\n`);
    const baseline = run('--baseline', root);
    line(
      'one thread, parse and item query',
      `${baseline.ms.toFixed(0)} ms`,
      rate(baseline.lines, baseline.ms),
      `processor ${baseline.cpuMs.toFixed(0)} ms`,
    );
    for (const workers of values.workers.split(',')) {
      const rowsOnly = run('--measure', root, workers, 'rows');
      const result = run('--measure', root, workers);
      const share = (part) => `${((100 * part) / Math.max(1, result.files)).toFixed(2)} %`;
      line(
        `${workers} worker(s), rows`,
        `${rowsOnly.ms.toFixed(0)} ms`,
        rate(rowsOnly.lines, rowsOnly.ms),
        `${(rowsOnly.ms / baseline.ms).toFixed(2)} x its time`,
        `peak memory ${Math.round(rowsOnly.peakKiB / MEBIBYTE)} MiB`,
      );
      line(
        `${workers} worker(s), rows and edges`,
        `${result.ms.toFixed(0)} ms`,
        rate(result.lines, result.ms),
        `${(result.ms / baseline.ms).toFixed(2)} x its time`,
      );
      line(
        '  processor time, checks included',
        `${result.cpuMs.toFixed(0)} ms`,
        `${(result.cpuMs / baseline.cpuMs).toFixed(2)} x its time`,
        `load ${loadavg()[0].toFixed(1)}`,
      );
      line('  peak memory', `${Math.round(result.peakKiB / MEBIBYTE)} MiB`);
      line('  files, lines, rows, edges', result.files, result.lines, result.rows, result.edges);
      line('  byte-exact reassembly', share(result.exact), ...result.broken.slice(0, 5));
      line('  key collisions', result.collisions);
      line('  mean key', `${(result.keyBytes / Math.max(1, result.rows)).toFixed(0)} bytes, path included`);
      if (result.failure === null) line('  ledger', ...formatLedger(result));
      else line('  ENDED EARLY', result.failure);
      line('  diagnostics', result.diagnostics, `in ${result.brokenFiles} files`);
    }
  }
}

function formatLedger({ seen, indexed, skipped }) {
  const sum = seen === indexed + skipped ? 'adds up' : 'DOES NOT ADD UP';
  return [`${seen} seen = ${indexed} indexed + ${skipped} skipped`, sum];
}

function run(...args) {
  return JSON.parse(
    execFileSync(process.execPath, [SELF, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 }),
  );
}

function line(title, ...facts) {
  process.stdout.write(`  ${title.padEnd(36)} ${facts.join('  ')}\n`);
}

function rate(lines, ms) {
  return `${Math.round(lines / ms)} k lines/s`;
}

async function measure(path, workers, references) {
  const root = resolve(path);
  const { streamChunks } = await import(new URL('dist/index.js', STREAMER).href);
  const { assembleFile } = await import(new URL('../isg-core/dist/index.js', STREAMER).href);
  const result = {
    files: 0,
    lines: 0,
    rows: 0,
    edges: 0,
    exact: 0,
    broken: [],
    collisions: 0,
    keyBytes: 0,
    diagnostics: 0,
    failure: null,
  };
  const brokenFiles = new Set();
  let checkMs = 0;
  let current;
  let rows = [];
  const started = performance.now();
  const elapsed = () => performance.now() - started - checkMs;
  const check = () => {
    if (current === undefined) return;
    const from = performance.now();
    result.collisions += rows.length - new Set(rows.map((row) => row.isgl1_key)).size;
    if (isExact(assembleFile, rows, join(root, current.path))) result.exact += 1;
    else result.broken.push(current.path);
    current = undefined;
    rows = [];
    checkMs += performance.now() - from;
  };
  const take = (record) => {
    if (record.type !== 'row' && record.type !== 'diagnostic') check();
    if (record.type === 'file') {
      current = record.file;
      result.files += 1;
      result.lines += record.file.line_count;
    } else if (record.type === 'row') {
      rows.push(record.row);
      result.rows += 1;
      result.keyBytes += Buffer.byteLength(record.row.isgl1_key);
    } else if (record.type === 'edge') result.edges += 1;
    else if (record.type === 'diagnostic') brokenFiles.add(record.diagnostic.path);
    else if (record.type === 'ledger') {
      const { seen, indexed, skipped, diagnostics } = record.ledger;
      Object.assign(result, { seen, indexed, skipped: skipped.length, diagnostics: diagnostics.length });
    }
  };
  try {
    for await (const record of streamChunks(root, { workers, references })) take(record);
  } catch (error) {
    check();
    result.failure = `${error.name}: ${error.message}`;
  }
  const ms = elapsed();
  const peakKiB = process.resourceUsage().maxRSS;
  const cpuMs = processorMs();
  process.stdout.write(JSON.stringify({ ...result, ms, cpuMs, peakKiB, brokenFiles: brokenFiles.size }));
}

function isExact(assembleFile, rows, file) {
  try {
    return Buffer.from(assembleFile(rows).text).equals(readFileSync(file));
  } catch {
    return false;
  }
}

// What the parser itself takes for the same files: one thread, one query for the items, nothing else.
async function measureBaseline(path) {
  const { streamChunks } = await import(new URL('dist/index.js', STREAMER).href);
  const files = [];
  let lines = 0;
  for await (const record of streamChunks(resolve(path), { workers: 1, references: false })) {
    if (record.type !== 'file') continue;
    files.push(record.file.path);
    lines += record.file.line_count;
  }
  const require = createRequire(STREAMER);
  const { Language, Parser, Query } = await import(
    pathToFileURL(require.resolve('web-tree-sitter')).href.replace(/\.cjs$/, '.js')
  );
  await Parser.init();
  const language = await Language.load(fileURLToPath(new URL('dist/tree-sitter-rust.wasm', STREAMER)));
  const parser = new Parser().setLanguage(language);
  const query = new Query(
    language,
    '[(function_item)(struct_item)(enum_item)(trait_item)(impl_item)(mod_item)(macro_definition)] @item',
  );
  const started = performance.now();
  const usedMs = processorMs();
  for (const file of files) {
    const tree = parser.parse(readFileSync(join(resolve(path), file), 'utf8'));
    query.captures(tree.rootNode);
    tree.delete();
  }
  process.stdout.write(
    JSON.stringify({ ms: performance.now() - started, cpuMs: processorMs() - usedMs, lines }),
  );
}

function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
