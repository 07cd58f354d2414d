// How many tokens a model pays to see every interface of a repository, against the raw code: node benchmarks/base-context.mjs <records.ndjson> ...
// Records come from `isg-code-chunk-streamer <path> --ndjson`. Each form is a share of the raw code's tokens; the bar is 5 %.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { estimateTokenCount } from '../packages/isg-core/dist/index.js';
import { collectNeighbours, formatOutline, summarizeRows } from '../packages/summary-gen/dist/index.js';

const BAR = 0.05;
const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('Usage: node benchmarks/base-context.mjs <records.ndjson> ...\n');
  process.exit(2);
}

const FORMS = {
  // a row is useful on its own: what the graph's answers cost
  'one line a row: key, class, signature, summary': (rows) =>
    rows.map(
      (row) => `${row.isgl1_key} ${row.tdd_classification} ${row.interface_signature} ${row.summary.text}`,
    ),
  // the path stands once, a summary only where the docs say more than the signature
  'by file: signatures, summaries of documented rows': (rows) =>
    byFile(rows, (row) => row.interface_signature + (isTelling(row) ? ` // ${row.summary.text}` : '')),
  'by file, without summaries': (rows) => byFile(rows, (row) => row.interface_signature),
  'outline, summaries of documented public rows': (rows) => [
    formatOutline(rows),
    ...rows
      .filter((row) => isTelling(row) && isSurface(row))
      .map((row) => `${row.name}: ${row.summary.text}`),
  ],
  'outline, types of every row': (rows) => [formatOutline(rows)],
  'outline, types of public rows, names of all': (rows) => [formatOutline(rows, { detail: 'surface' })],
  'outline, names of all': (rows) => [formatOutline(rows, { detail: 'names' })],
  'outline, types of public rows only': (rows) => [formatOutline(rows.filter(isSurface))],
};

for (const file of files) {
  const rows = await readRows(file);
  const raw = rows.reduce((sum, row) => sum + estimateTokenCount(row.current_code), 0);
  console.log(
    `${basename(file)}: ${rows.length} rows, ${raw.toLocaleString('en')} tokens of code, ${(raw / rows.length).toFixed(0)} a row`,
  );
  for (const [name, form] of Object.entries(FORMS)) {
    const share = estimateTokenCount(form(rows).join('\n')) / raw;
    console.log(
      `  ${name.padEnd(50)} ${(share * 100).toFixed(1).padStart(5)} %  ${share <= BAR ? 'within' : 'above'} ${BAR * 100} %`,
    );
  }
}

async function readRows(file) {
  const records = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const around = collectNeighbours(records.filter(({ type }) => type === 'edge').map(({ edge }) => edge));
  const rows = records.filter(({ type }) => type === 'row').map(({ row }) => row);
  const summaries = new Map();
  for await (const { key, summary } of summarizeRows(rows, { neighbours: (of) => around.get(of) }))
    summaries.set(key, summary);
  return rows.map((row) => ({ ...row, summary: summaries.get(row.isgl1_key) }));
}

function byFile(rows, format) {
  const lines = [];
  let file = '';
  for (const row of rows) {
    if (row.file !== file) lines.push(row.file);
    file = row.file;
    if (row.kind !== 'file') lines.push(` ${format(row).replace(/\s+/g, ' ')}`);
  }
  return lines;
}

function isTelling(row) {
  return row.doc !== '' && row.summary.quality >= 0.7;
}

// What others can see, with the containers that hold it.
function isSurface(row) {
  const isSeen = row.visibility !== 'private' || row.kind === 'impl' || row.kind === 'file';
  return isSeen && row.tdd_classification !== 'TEST_IMPLEMENTATION';
}
