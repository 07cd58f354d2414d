// Streams a repository of more than three million lines of pinned crates, puts every file together again from its rows and compares bytes;
// then measures what an incremental stream takes when nothing, one body and one interface changed.
// Usage: node benchmarks/lossless.mjs [<path>] [--workers 2] [--rows-only] [--part cold|incremental]
// Needs the built packages (pnpm build) and, without a path, cargo with access to its registry.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { vendorCorpus } from './pinned-corpus.mjs';

const SELF = fileURLToPath(import.meta.url);
const STREAMER = new URL('../packages/chunk-streamer/dist/index.js', import.meta.url).href;
const CORE = new URL('../packages/isg-core/dist/index.js', import.meta.url).href;
const BODY = /\bfn \w+\((?:&self)?\)[^{;]*\{/;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '2' },
    'rows-only': { type: 'boolean', default: false },
    part: { type: 'string' },
  },
});
const workers = Number(values.workers);
const root = positionals[0] === undefined ? vendorCorpus() : resolve(positionals[0]);

if (values.part === 'cold') await measureCold();
else if (values.part === 'incremental') await measureIncremental();
else runParts();

// Each part in a process of its own, so that peak memory is its own.
function runParts() {
  process.stdout.write(`${root}, ${workers} workers\n`);
  const parts = values['rows-only'] ? ['cold'] : ['cold', 'incremental'];
  for (const part of parts) {
    const args = [SELF, root, '--part', part, '--workers', String(workers)];
    if (values['rows-only']) args.push('--rows-only');
    const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) process.exitCode = 1;
  }
}

function line(title, ...facts) {
  process.stdout.write(`  ${title.padEnd(40)} ${facts.join('  ')}\n`);
}

async function measureCold() {
  const { streamChunks } = await import(STREAMER);
  const { assembleFile, estimateTokenCount, formatKey, parseKey } = await import(CORE);
  const sum = {
    files: 0,
    lines: 0,
    rows: 0,
    edges: 0,
    exact: 0,
    collisions: 0,
    unparsed: 0,
    tokens: 0,
  };
  const folders = new Map();
  const broken = [];
  let current;
  let rows = [];
  let checkMs = 0;
  const started = performance.now();
  const check = () => {
    if (current === undefined) return;
    const from = performance.now();
    if (Buffer.from(assembleFile(rows).text).equals(readFileSync(join(root, current.path)))) sum.exact += 1;
    else broken.push(current.path);
    const border = current.path.indexOf('/') + 1;
    const folder = current.path.slice(0, border);
    const own = folders.get(folder) ?? { folder, rows: 0, tokens: 0 };
    folders.set(folder, own);
    // a key names its file, so that keys of two files never collide
    const keys = new Set();
    for (const { isgl1_key: key } of rows) {
      const parts = parseKey(key);
      if (formatKey(parts) !== key || parts.path !== current.path) sum.unparsed += 1;
      if (keys.has(key)) sum.collisions += 1;
      keys.add(key);
      sum.tokens += estimateTokenCount(key);
      own.rows += 1;
      own.tokens += estimateTokenCount(key.slice(border));
    }
    current = undefined;
    rows = [];
    checkMs += performance.now() - from;
  };
  let parseMs = 0;
  for await (const record of streamChunks(root, { workers })) {
    if (record.type !== 'row' && record.type !== 'diagnostic') check();
    if (record.type === 'file') {
      current = record.file;
      sum.files += 1;
      sum.lines += record.file.line_count;
    } else if (record.type === 'row') {
      rows.push(record.row);
      sum.rows += 1;
    } else if (record.type === 'edge') {
      if (parseMs === 0) {
        parseMs = performance.now() - started - checkMs;
        printRows({ sum, broken, parseMs, folders: [...folders.values()] });
        if (values['rows-only']) break;
      }
      sum.edges += 1;
    } else if (record.type === 'ledger') printLedger(record.ledger);
  }
  const ms = performance.now() - started - checkMs;
  line('edges', sum.edges);
  line(
    'processor time, checks included',
    `${(process.cpuUsage().user / 1e6).toFixed(1)} s`,
    `load ${loadavg()[0].toFixed(1)}`,
  );
  if (!values['rows-only'])
    line('rows and edges', `${(ms / 1000).toFixed(1)} s`, `${Math.round(sum.lines / ms)} k lines/s`);
  line('peak memory, checks included', `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
  if (sum.exact !== sum.files || sum.collisions > 0 || sum.unparsed > 0) process.exitCode = 1;
}

// Before resolving starts: edges of millions of lines take longer than their rows.
function printRows({ sum, broken, parseMs, folders }) {
  line('files, lines, rows', sum.files, sum.lines, sum.rows);
  line('byte-exact reassembly', `${sum.exact} of ${sum.files}`, ...broken.slice(0, 5));
  line('key collisions', sum.collisions);
  line('keys that parse and format back', `${sum.rows - sum.unparsed} of ${sum.rows}`);
  line('mean key', `${(sum.tokens / sum.rows).toFixed(1)} tokens`);
  printFolders(folders);
  line('rows', `${(parseMs / 1000).toFixed(1)} s`, `${Math.round(sum.lines / parseMs)} k lines/s`);
  line('peak memory so far, checks included', `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
}

// A crate is vendored into a folder of its own; who works on it has that folder as root.
function printFolders(folders) {
  const means = folders.map(({ folder, rows, tokens }) => ({ folder, rows, mean: tokens / rows }));
  const rows = folders.reduce((total, folder) => total + folder.rows, 0);
  const tokens = folders.reduce((total, folder) => total + folder.tokens, 0);
  const long = means.filter(({ mean }) => mean > 20).sort((a, b) => b.rows - a.rows);
  line('mean key with the first folder as root', `${(tokens / rows).toFixed(1)} tokens`);
  line('  folders with a mean of at most 20', `${means.length - long.length} of ${means.length}`);
  for (const { folder, rows: count, mean } of long.slice(0, 8))
    line('  above', folder, `${mean.toFixed(1)} tokens`, `${count} rows`);
}

function printLedger({ seen, indexed, skipped, diagnostics }) {
  const adds = seen === indexed + skipped.length;
  line(
    'ledger',
    `${seen} seen = ${indexed} indexed + ${skipped.length} skipped`,
    adds ? 'adds up' : 'DOES NOT ADD UP',
  );
  line('diagnostics', diagnostics.length);
  if (!adds) process.exitCode = 1;
}

async function measureIncremental() {
  const { listSources, openIncrementalStream } = await import(STREAMER);
  const state = mkdtempSync(join(tmpdir(), 'parseltongue-bench-'));
  const options = { workers, stateFile: join(state, 'stream.state') };
  const path = await pickFile(listSources);
  const file = join(root, path);
  const bytes = readFileSync(file);
  const stream = await openIncrementalStream(root, options);
  try {
    line('incremental: first stream', await tell(stream));
    line('incremental: nothing changed, warm', await tell(stream));
    // the first edits after a cold start pay for what the engine has not compiled yet
    for (const round of [1, 2, 3, 4, 5, 6]) {
      const { before, after } = bodyOf(readFileSync(file, 'utf8'));
      writeFileSync(file, `${before}{ let round = ${round}; ${after}`);
      line(`incremental: one body changed (${round})`, await tell(stream, [path]));
    }
    appendFileSync(file, '\npub fn added_by_the_benchmark() {}\n');
    line('incremental: one interface changed', await tell(stream, [path]));
    writeFileSync(file, bytes);
    await tell(stream, [path]);
    line('peak memory', `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
    await stream[Symbol.asyncDispose]();
    await tellAnew('nothing changed', options);
    const { before, after } = bodyOf(readFileSync(file, 'utf8'));
    writeFileSync(file, `${before}{ let round = 9; ${after}`);
    await tellAnew('one body changed', options);
  } finally {
    writeFileSync(file, bytes);
    await stream[Symbol.asyncDispose]();
  }
  rmSync(state, { recursive: true, force: true });
}

// Another process holds nothing but the state file.
async function tellAnew(title, options) {
  const { openIncrementalStream } = await import(STREAMER);
  const stream = await openIncrementalStream(root, options);
  line(`incremental: ${title}, state file alone`, await tell(stream));
  await stream[Symbol.asyncDispose]();
}

async function tell(stream, paths) {
  const started = performance.now();
  let records = 0;
  let files = 0;
  let firstMs = 0;
  for await (const record of stream.update(paths === undefined ? {} : { paths })) {
    records += 1;
    if (record.type !== 'file') continue;
    files += 1;
    if (firstMs === 0) firstMs = performance.now() - started;
  }
  const ms = performance.now() - started;
  await stream.accept();
  return `${ms.toFixed(0)} ms  ${files} files, ${records} records, the first file after ${firstMs.toFixed(0)} ms`;
}

// A hand-written file of common size with a function whose body can be entered.
async function pickFile(listSources) {
  const sources = await listSources(root);
  const fits = ({ path, sizeBytes }) => sizeBytes > 8_000 && sizeBytes < 16_000 && /(?:^|\/)src\//.test(path);
  const found = sources.find(
    (source) => fits(source) && BODY.test(readFileSync(join(root, source.path), 'utf8')),
  );
  if (found === undefined) throw new Error('no file of common size with a plain function');
  return found.path;
}

function bodyOf(text) {
  const { index, 0: head } = BODY.exec(text);
  const at = index + head.length;
  return { before: text.slice(0, at - 1), after: text.slice(at).replace(/^ let round = \d; /, '') };
}
