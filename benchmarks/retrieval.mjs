// From a commit's message to the rows the commit changed, asked of the graph of the commit's parent.
// Reports Recall@20, MRR and nDCG@10 of word search alone, with the graph, with vectors of a synthetic embedder (which only proves the
// plumbing), with summaries in the index, and of plain term match. Built code only.
// Usage: node benchmarks/retrieval.mjs [--commits 70] [--keep DIR] <git directory of a Rust repository>...
// With --keep, prepared cases stay in DIR and a second run only searches. With --json FILE, the figures of every commit go there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { streamChunks } from '../packages/chunk-streamer/dist/index.js';
import { openStore } from '../packages/codegraph-store/dist/index.js';
import { summarizeRows } from '../packages/summary-gen/dist/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    commits: { type: 'string', default: '70' },
    keep: { type: 'string' },
    json: { type: 'string' },
  },
});
if (positionals.length === 0) {
  process.stderr.write(
    'Usage: node benchmarks/retrieval.mjs [--commits N] [--keep DIR] <git directory>...\n',
  );
  process.exit(2);
}
const COMMITS = Number(values.commits);
const MAX_FILES = 8;
const MAX_ROWS = 20;
const LIMIT = 20;
const scratch = mkdtempSync(join(tmpdir(), 'retrieval-'));
const SOURCES = ['--', ':(glob)**/*.rs', ':(glob)**/Cargo.toml'];
// Messages that name no content: nobody could find rows for them.
const CHORES =
  /\b(bump|release|version|changelog|merge|rustfmt|cargo fmt|clippy|dependabot|typos?|revert)\b/i;

/** Hashed words and word pairs: near in meaning it is not, but every stage of a vector search has to work for it. */
const embedder = {
  id: 'hashed-words',
  dimension: 384,
  embed: async (texts) =>
    texts.map((text) => {
      const vector = new Float32Array(384);
      for (const word of wordsOf(text)) {
        const hash = createHash('md5').update(word).digest();
        vector[hash.readUInt16LE(0) % 384] += hash[2] % 2 === 0 ? 1 : -1;
      }
      return vector;
    }),
};

const METHODS = [
  'term match',
  'bm25',
  'bm25 + graph',
  'bm25 + graph + vectors',
  'bm25, summaries',
  'bm25 + graph, summaries',
];

try {
  const all = [];
  for (const repository of positionals) {
    const cases = await prepareCases(resolve(repository));
    const results = [];
    for (const one of cases) {
      results.push(await runCase(one));
      if (process.stderr.isTTY)
        process.stderr.write(`\r${nameOf(repository)} ${results.length}/${cases.length} `);
    }
    report(nameOf(repository), results);
    all.push(...results);
  }
  if (positionals.length > 1) report('all', all);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(all));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function nameOf(repository) {
  const path = resolve(repository);
  return basename(path) === 'repo' || basename(path) === '.git' ? basename(dirname(path)) : basename(path);
}

function git(repository, args, options = {}) {
  return execFileSync('git', ['-C', repository, ...args], {
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
    ...options,
  });
}

/** The newest commits whose changed rows are known in their parent and few enough to be what the message is about. */
async function prepareCases(repository) {
  const folder = values.keep === undefined ? undefined : join(resolve(values.keep), nameOf(repository));
  if (folder !== undefined && existsSync(folder))
    return readdirSync(folder)
      .sort()
      .map((file) => JSON.parse(gunzipSync(readFileSync(join(folder, file)))));
  const commits = git(repository, ['log', '--no-merges', '--format=%H', '--', '*.rs']).trim().split('\n');
  const cases = [];
  for (const commit of commits) {
    if (cases.length >= COMMITS) break;
    const one = await prepareCase(repository, commit);
    if (one === undefined) continue;
    cases.push(one);
    if (process.stderr.isTTY) process.stderr.write(`\r${nameOf(repository)} prepared ${cases.length} `);
    if (folder === undefined) continue;
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${String(cases.length).padStart(4, '0')}.json.gz`);
    writeFileSync(file, gzipSync(JSON.stringify(one), { level: 1 }));
  }
  return cases;
}

async function prepareCase(repository, commit) {
  const message = readMessage(repository, commit);
  const files = git(repository, ['show', '--format=', '--name-only', commit, '--', '*.rs'])
    .trim()
    .split('\n');
  const isChore = CHORES.test(message.split('\n')[0]) || new Set(wordsOf(message)).size < 4;
  if (isChore || files[0] === '' || files.length > MAX_FILES) return undefined;
  const parents = git(repository, ['rev-parse', `${commit}^@`])
    .trim()
    .split('\n');
  if (parents.length !== 1 || parents[0] === '') return undefined;
  const root = join(scratch, 'tree');
  mkdirSync(root);
  try {
    const tar = git(repository, ['archive', parents[0], ...SOURCES], { encoding: 'buffer' });
    execFileSync('tar', ['-x', '-C', root], { input: tar });
    const records = [];
    for await (const record of streamChunks(root, { workers: 1 })) records.push(record);
    const diff = git(repository, ['show', '--format=', '--no-ext-diff', commit, '--', '*.rs']);
    const truth = await findChangedRows(records, diff);
    if (truth.length === 0 || truth.length > MAX_ROWS) return undefined;
    return { commit, message, truth, records };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Subject and body without trailers and links. */
function readMessage(repository, commit) {
  const text = git(repository, ['show', '-s', '--format=%B', commit]);
  const lines = text
    .split('\n')
    .filter((line) => !/^[\w-]+: .*[@<]|^(Closes|Fixes|Refs?|See):? #?\d+/i.test(line));
  return lines
    .join('\n')
    .replace(/https?:\S+|#\d+/g, ' ')
    .trim()
    .slice(0, 600);
}

async function findChangedRows(records, diff) {
  return withStore({}, async (store) => {
    await store.ingest(records);
    const { rows } = await store.impactOfDiff(diff, { side: 'before', depth: 1 });
    return rows.filter((row) => row.kind !== 'file' && row.kind !== 'module').map((row) => row.key);
  });
}

async function withStore(options, run) {
  const dir = mkdtempSync(join(scratch, 'store-'));
  try {
    const store = await openStore({ dir, ...options });
    try {
      return await run(store);
    } finally {
      await store[Symbol.asyncDispose]();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runCase({ message, truth, records }) {
  const rankings = { 'term match': matchTerms(message, records) };
  const whole = { limit: LIMIT, tokenBudget: Number.MAX_SAFE_INTEGER };
  const keysOf = async (store, options) =>
    (await store.search(message, { ...whole, ...options })).hits.map((hit) => hit.key);
  // Until rows are embedded a store with an embedder searches by words alone, and its answers say so.
  await withStore({ embedder }, async (store) => {
    await store.ingest(records);
    rankings.bm25 = await keysOf(store, { useGraph: false });
    rankings['bm25 + graph'] = await keysOf(store, {});
    await store.embedRows({ batchSize: 1000 });
    rankings['bm25 + graph + vectors'] = await keysOf(store, {});
  });
  await withStore({}, async (store) => {
    await store.ingest(records);
    const rows = records.filter((record) => record.type === 'row').map((record) => record.row);
    const summaries = [];
    for await (const entry of summarizeRows(rows)) summaries.push(entry);
    await store.putSummaries(summaries);
    rankings['bm25, summaries'] = await keysOf(store, { useGraph: false });
    rankings['bm25 + graph, summaries'] = await keysOf(store, {});
  });
  return Object.fromEntries(METHODS.map((method) => [method, rate(rankings[method], new Set(truth))]));
}

/** What a search by hand does: rows by how many of the words they hold, then how often. */
function matchTerms(message, records) {
  const words = [...new Set(wordsOf(message))];
  const scored = [];
  for (const record of records) {
    if (record.type !== 'row') continue;
    const text = `${record.row.isgl1_key}\n${record.row.current_code}`.toLowerCase();
    const counts = words.map((word) => text.split(word).length - 1);
    const distinct = counts.filter((count) => count > 0).length;
    if (distinct > 0)
      scored.push({
        key: record.row.isgl1_key,
        distinct,
        all: counts.reduce((sum, count) => sum + count, 0),
      });
  }
  scored.sort((a, b) => b.distinct - a.distinct || b.all - a.all || (a.key < b.key ? -1 : 1));
  return scored.slice(0, LIMIT).map(({ key }) => key);
}

function wordsOf(text) {
  return (text.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []).filter(
    (word) => !['the', 'and', 'for'].includes(word),
  );
}

function rate(ranking, truth) {
  const found = ranking.slice(0, 20).filter((key) => truth.has(key)).length;
  const first = ranking.findIndex((key) => truth.has(key));
  const gain = ranking
    .slice(0, 10)
    .reduce((sum, key, i) => sum + (truth.has(key) ? 1 / Math.log2(i + 2) : 0), 0);
  const ideal = Array.from({ length: Math.min(10, truth.size) }, (_, i) => 1 / Math.log2(i + 2));
  return {
    recall: found / truth.size,
    mrr: first < 0 ? 0 : 1 / (first + 1),
    ndcg: gain / ideal.reduce((sum, value) => sum + value, 0),
  };
}

function report(name, results) {
  const mean = (method, measure) =>
    results.reduce((sum, result) => sum + result[method][measure], 0) / Math.max(1, results.length);
  const lines = METHODS.map((method) => {
    const losses = results.filter((result) => result[method].recall < result['term match'].recall).length;
    const figures = ['recall', 'mrr', 'ndcg'].map((measure) => mean(method, measure).toFixed(3).padStart(9));
    return `  ${method.padEnd(28)}${figures.join('')}${String(losses).padStart(12)}`;
  });
  const head = `  ${''.padEnd(28)}Recall@20      MRR  nDCG@10   worse than term match (commits)`;
  process.stdout.write(`${name}: ${results.length} commits\n${head}\n${lines.join('\n')}\n`);
}
