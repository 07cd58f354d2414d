// Compares today's rule summaries with the hand-graded sample: node benchmarks/summary-sample.mjs <name>=<records.ndjson> ...
// The names are those of fixtures/summaries/graded.ndjson, for instance hyper-1.12.0=/path/to/records.ndjson; records come from
// `isg-code-chunk-streamer <crate> --ndjson`. A line that changed since it was graded is printed and counts as ungraded.
// Ends with 1 when a grade is wrong, under 70 % are useful, or lines wait for a new grade.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { collectNeighbours, summarizeRows } from '../packages/summary-gen/dist/index.js';

const USEFUL_BAR = 0.7;
const readLines = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const hashLine = (line) => createHash('sha256').update(line).digest('hex').slice(0, 16);

const graded = readLines(new URL('../fixtures/summaries/graded.ndjson', import.meta.url));
const given = new Map(process.argv.slice(2).map((argument) => argument.split('=')));
const names = [...new Set(graded.map(({ corpus }) => corpus))];
if (names.some((name) => !given.has(name))) {
  process.stderr.write(
    `Usage: node benchmarks/summary-sample.mjs ${names.map((name) => `${name}=<records>`).join(' ')}\n`,
  );
  process.exit(2);
}

const lines = new Map();
for (const name of names) {
  for (const [key, line] of await summarizeCorpus(given.get(name))) lines.set(`${name} ${key}`, line);
}
const counts = { useful: 0, empty: 0, wrong: 0, changed: 0 };
for (const entry of graded) {
  const line = lines.get(`${entry.corpus} ${entry.key}`);
  const isSame = line !== undefined && hashLine(line) === entry.line_sha256;
  counts[isSame ? entry.grade : 'changed'] += 1;
  if (!isSame) console.log(`CHANGED ${entry.corpus} ${entry.key}\n        ${line ?? 'the row is gone'}`);
}
for (const [grade, count] of Object.entries(counts))
  console.log(`${grade.padEnd(8)} ${count} of ${graded.length}`);
const isMet = counts.wrong === 0 && counts.changed === 0 && counts.useful >= USEFUL_BAR * graded.length;
console.log(`bars     ${isMet ? 'met' : 'MISSED'}: no wrong line, ${USEFUL_BAR * 100} % useful`);
process.exitCode = isMet ? 0 : 1;

async function summarizeCorpus(file) {
  const records = readLines(file);
  const rows = records.filter(({ type }) => type === 'row').map(({ row }) => row);
  const around = collectNeighbours(records.filter(({ type }) => type === 'edge').map(({ edge }) => edge));
  const found = new Map();
  for await (const { key, summary } of summarizeRows(rows, { neighbours: (of) => around.get(of) }))
    found.set(key, summary.text);
  return found;
}
