// Measures rule summaries on real rows, built code only: node benchmarks/summary-gen.mjs <records.ndjson> ...
// Takes records of the chunk streamer, chunks or rows, one JSON document a line. Ends with 1 when a bar is missed.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import {
  collectNeighbours,
  collectVocabulary,
  findInventedWords,
  MAX_SUMMARY_LENGTH,
  summarizeRows,
} from '../packages/summary-gen/dist/index.js';

const BAR_ROWS_PER_SECOND = 20_000;
const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('Usage: node benchmarks/summary-gen.mjs <records.ndjson> ...\n');
  process.exit(2);
}

const corpora = files.map(readCorpus);
const passes = [
  await measure('first pass', {}),
  await measure('warm pass', {}),
  await measure('warm, with edges', { withEdges: true }),
];
const quality = await inspect();
for (const { label, rows, ms, cpuMs } of passes) {
  const rate = (of) => Math.round((rows / of) * 1000).toLocaleString('en');
  console.log(
    `${label.padEnd(18)} ${rows} rows, ${rate(ms)} rows/s wall, ${rate(cpuMs)} rows/s of processor time`,
  );
}
for (const [name, value] of Object.entries(quality)) console.log(`${name.padEnd(18)} ${value}`);

const slow = passes.some(({ rows, cpuMs }) => (rows / cpuMs) * 1000 < BAR_ROWS_PER_SECOND);
const isHonest = quality['within 120'] === '100 %' && quality.empty === 0 && quality['invented words'] === 0;
console.log(`bars               ${slow ? 'MISSED' : 'met'} speed, ${isHonest ? 'met' : 'MISSED'} contract`);
process.exitCode = slow || !isHonest ? 1 : 0;

function readCorpus(file) {
  const documents = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const rows = documents.flatMap((document) => {
    if (document.type === 'row') return [document.row];
    return document.isgl1_key === undefined ? [] : [document];
  });
  const edges = documents.filter(({ type }) => type === 'edge').map(({ edge }) => edge);
  return { rows, around: collectNeighbours(edges) };
}

async function measure(label, { withEdges = false }) {
  let rows = 0;
  const start = performance.now();
  const cpu = process.cpuUsage();
  for (const corpus of corpora) {
    const options = withEdges ? { neighbours: (key) => corpus.around.get(key) } : {};
    for await (const { summary } of summarizeRows(corpus.rows, options)) rows += summary.text === '' ? 0 : 1;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { label, rows, ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

async function inspect() {
  const found = { rows: 0, long: 0, empty: 0, invented: 0, quality: 0, weak: 0 };
  for (const { rows, around } of corpora) {
    const byKey = new Map(rows.map((row) => [row.isgl1_key, row]));
    const children = groupByParent(rows);
    for await (const { key, summary } of summarizeRows(rows, { neighbours: (of) => around.get(of) })) {
      const vocabulary = collectVocabulary(byKey.get(key), {
        children: children.get(key) ?? [],
        neighbours: around.get(key),
      });
      found.rows += 1;
      found.long += summary.text.length > MAX_SUMMARY_LENGTH || /[\r\n]/.test(summary.text) ? 1 : 0;
      found.empty += summary.text.trim() === '' ? 1 : 0;
      found.invented += findInventedWords(summary.text, vocabulary).length;
      found.quality += summary.quality;
      found.weak += summary.quality < 0.5 ? 1 : 0;
    }
  }
  const share = (count) => `${((count / found.rows) * 100).toFixed(1).replace(/\.0$/, '')} %`;
  return {
    rows: found.rows,
    'within 120': share(found.rows - found.long),
    empty: found.empty,
    'invented words': found.invented,
    'mean quality': (found.quality / found.rows).toFixed(3),
    'below 0.5': share(found.weak),
  };
}

function groupByParent(rows) {
  const groups = new Map();
  for (const row of rows) {
    const siblings = groups.get(row.parent_key);
    if (siblings === undefined) groups.set(row.parent_key, [row]);
    else siblings.push(row);
  }
  return groups;
}
