// Measures the CodeGraph store on a synthetic graph, built code only: node benchmarks/codegraph-store.mjs [rows] [edges]
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../packages/codegraph-store/dist/index.js';

const ROWS = Number(process.argv[2] ?? 60_000);
const EDGES = Number(process.argv[3] ?? 300_000);
const ROWS_PER_FILE = 20;
// Words as in real code: 600 of them, the k-th one k times rarer than the first.
const SYLLABLES = [
  'par',
  'se',
  'lex',
  'tok',
  'mod',
  'ule',
  'span',
  'cra',
  'tra',
  'mac',
  'buf',
  'idx',
  'ed',
  'low',
  'vis',
  'emi',
  'res',
  'olv',
  'che',
  'ck',
];
const WORDS = Array.from(
  { length: 600 },
  (_, i) => SYLLABLES[i % 20] + SYLLABLES[Math.floor(i / 20) % 20] + (i >= 400 ? 'er' : ''),
);
const nameCache = new Map();

let state = 12345;
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

function pickWord() {
  const share = random(1_000_000) / 1_000_000;
  return WORDS[Math.min(WORDS.length - 1, Math.floor(WORDS.length ** share) - 1)];
}

function pathOf(file) {
  return `crates/part_${file % 97}/src/area_${file % 13}/file_${file}.rs`;
}

function keyOf(row) {
  const path = pathOf(Math.floor(row / ROWS_PER_FILE));
  return row % ROWS_PER_FILE === 0 ? `${path}-_-_` : `${path}-Owner${row % 7}-${nameOf(row)}`;
}

function nameOf(row) {
  if (!nameCache.has(row)) nameCache.set(row, `${pickWord()}_${pickWord()}_${row}`);
  return nameCache.get(row);
}

function createRow(row) {
  const file = Math.floor(row / ROWS_PER_FILE);
  const isFile = row % ROWS_PER_FILE === 0;
  const code = isFile
    ? '\n'
    : `fn ${nameOf(row)}() {\n${'    let value = compute(left, right)?;\n'.repeat(4 + (row % 14))}}\n`;
  return {
    isgl1_key: keyOf(row),
    kind: isFile ? 'file' : 'function',
    name: isFile ? '_' : nameOf(row),
    visibility: 'public',
    file: pathOf(file),
    span: { start: 0, end: code.length },
    line: 1 + (row % ROWS_PER_FILE) * 9,
    parent_key: isFile ? null : keyOf(file * ROWS_PER_FILE),
    order: row % ROWS_PER_FILE,
    parent_offset: 0,
    current_code: code,
    interface_signature: isFile
      ? ''
      : `pub fn ${nameOf(row)}(left: u32, right: &str) -> Result<Vec<u8>, Error>`,
    doc:
      row % 3 === 0 ? `Takes a ${pickWord()} and gives back what the ${pickWord()} ${pickWord()} needs.` : '',
    tdd_classification: row % 5 === 0 ? 'TEST_IMPLEMENTATION' : 'CODE_IMPLEMENTATION',
    tdd_reason: row % 5 === 0 ? '#[test]' : 'code',
    crate: `part_${file % 97}`,
    module_path: 'crate::area',
    cfg: null,
    content_hash: createHash('sha256').update(code).digest('hex'),
    token_count: Math.ceil(code.length / 3),
  };
}

function* createRecords() {
  for (let row = 0; row < ROWS; row += 1) {
    if (row % ROWS_PER_FILE === 0) {
      const path = pathOf(row / ROWS_PER_FILE);
      yield {
        type: 'file',
        file: {
          path,
          hash: 'f'.repeat(64),
          size_bytes: 8000,
          mtime_ms: 1,
          line_count: 200,
          language: 'rust',
          crate: 'part',
          module_path: 'crate',
        },
      };
    }
    yield { type: 'row', row: createRow(row) };
  }
  for (let i = 0; i < EDGES; i += 1) {
    // Half the calls stay near, as in real code; some rows are called by very many.
    const from = random(ROWS);
    const near = (from + 1 + random(60)) % ROWS;
    const to = i % 2 === 0 ? near : i % 20 === 1 ? random(50) : random(ROWS);
    const kind = i % 4 === 3 ? 'uses_type' : 'calls';
    const sites = [{ start: 10 + (i % 900), end: 20 + (i % 900), line: 1 + (i % 40) }];
    yield {
      type: 'edge',
      edge: { from: keyOf(from), to: keyOf(to), kind, resolution: 'typed', reason: 'use-map', sites },
    };
  }
  for (let row = 0; row < ROWS; row += 3) {
    yield {
      type: 'references',
      references: {
        key: keyOf(row),
        unresolved_count: row % 4,
        external: [{ crate: 'std', name: 'unwrap', count: 1 }],
      },
    };
  }
}

const figures = {};
// CPU time counts every thread of this process, so it says more than the clock on a busy machine.
function readCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function time(name, run) {
  const start = performance.now();
  const cpu = readCpuMs();
  const value = await run();
  figures[name] = `${(performance.now() - start).toFixed(0)} ms (${(readCpuMs() - cpu).toFixed(0)} ms CPU)`;
  return value;
}

async function timeMany(name, count, run) {
  const taken = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await run(i);
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  const at = (share) => taken[Math.min(count - 1, Math.floor(count * share))].toFixed(2);
  figures[name] = `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

const dir = mkdtempSync(join(tmpdir(), 'codegraph-bench-'));
try {
  const records = [...createRecords()];
  let store = await openStore({ dir });
  const start = performance.now();
  const cpu = readCpuMs();
  const written = await store.ingest(records);
  const seconds = (performance.now() - start) / 1000;
  figures['ingest, durable'] =
    `${seconds.toFixed(2)} s = ${Math.round(written.rows / seconds)} rows/s, ${(readCpuMs() - cpu).toFixed(0)} ms CPU (${written.rows} rows, ${written.edges} edges)`;
  await time('ingest of one changed file', () => store.ingest(records.slice(0, ROWS_PER_FILE + 1)));
  await store[Symbol.asyncDispose]();

  records.length = 0;
  const before = process.memoryUsage().rss;
  store = await time('open', () => openStore({ dir }));
  await time('first point read (loads rows and code)', () => store.getRow(keyOf(1)));
  await time('first callers (loads edges)', () => store.callersOf(keyOf(1)));
  await time('first search (builds the text index)', () => store.search('parse lexse'));
  await time('repo map, 4,000 tokens', () => store.repoMap({ tokenBudget: 4000 }));
  await time('analytics', () => store.analytics());
  await timeMany('point read', 500, () => store.getRow(keyOf(random(ROWS))));
  await timeMany('rows of a file', 200, () => store.rowsOfFile(pathOf(random(ROWS / ROWS_PER_FILE))));
  await timeMany('callers, depth 3', 200, () =>
    store.callersOf(keyOf(random(ROWS)), { depth: 3, tokenBudget: 4000 }),
  );
  await timeMany('blast radius, depth 3', 200, () =>
    store.blastRadius([keyOf(random(ROWS))], { tokenBudget: 4000 }),
  );
  await timeMany('affected tests', 20, () => store.affectedTests([keyOf(random(ROWS))]));
  await timeMany('search, three words', 200, () => store.search(`${pickWord()} ${pickWord()} ${pickWord()}`));
  figures['memory, everything loaded'] =
    `${((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB more than before opening`;
  await time('first raw query (loads edges into the engine)', () =>
    store.runQuery('?[count(to)] := *edges{to}'),
  );
  const status = await store.status();
  figures['on disk'] = `${((status.snapshot_bytes + status.journal_bytes) / 1e6).toFixed(1)} MB`;
  figures['memory, all loaded and two engines'] =
    `${((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB more than before opening`;
  await store[Symbol.asyncDispose]();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
figures['load average'] = loadavg()[0].toFixed(1);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
