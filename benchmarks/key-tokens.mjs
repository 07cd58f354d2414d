// Counts the tokens of row keys with the tokenizer of a real model, the folder of each crate as its root.
// Usage: node benchmarks/key-tokens.mjs <folder of crates> --tokenizer <module with encode(text)> [--every 20]
// Needs the built packages (pnpm build) and a tokenizer, which the project does not bring: `npm install gpt-tokenizer` in any
// folder, then --tokenizer <folder>/node_modules/gpt-tokenizer/esm/encoding/o200k_base.js
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const STREAMER = new URL('../packages/chunk-streamer/dist/index.js', import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tokenizer: { type: 'string' }, every: { type: 'string', default: '20' } },
});
const [folder] = positionals;
if (folder === undefined || values.tokenizer === undefined) {
  process.stderr.write(
    'Usage: node benchmarks/key-tokens.mjs <folder of crates> --tokenizer <module with encode(text)> [--every 20]\n',
  );
  process.exit(2);
}
const { streamChunks } = await import(STREAMER.href);
const { encode } = await import(pathToFileURL(resolve(values.tokenizer)).href);
const every = Number(values.every);
const sum = { rows: 0, sampled: 0, tokens: 0, thirds: 0 };
const longest = { crate: '', tokens: 0 };
for (const crate of readdirSync(folder)) {
  const before = { ...sum };
  for await (const record of streamChunks(join(folder, crate), { workers: 1, references: false })) {
    if (record.type === 'row') count(record.row.isgl1_key);
  }
  const mean = (sum.tokens - before.tokens) / Math.max(1, sum.sampled - before.sampled);
  if (mean > longest.tokens) Object.assign(longest, { crate, tokens: mean });
}
const mean = (total) => (total / Math.max(1, sum.sampled)).toFixed(1);
process.stdout.write(
  `${sum.rows} rows, ${sum.sampled} keys counted: mean ${mean(sum.tokens)} tokens, ${mean(sum.thirds)} by bytes over three; ` +
    `most in ${longest.crate}, ${longest.tokens.toFixed(1)}\n`,
);

function count(key) {
  sum.rows += 1;
  if (sum.rows % every !== 0) return;
  sum.sampled += 1;
  sum.tokens += encode(key).length;
  sum.thirds += Math.ceil(Buffer.byteLength(key) / 3);
}
