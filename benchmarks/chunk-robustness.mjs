// Breaks and edits real files at random and counts what the chunker got wrong: throws, lost bytes, colliding keys; and how many keys of
// untouched items an edit of one body changed.
// Usage: node benchmarks/chunk-robustness.mjs [<path of a Rust repository>] [--mutants 10000] [--edits 10000] [--seed 1]
// Needs the built packages (pnpm build) and, without a path, cargo with access to its registry.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { listSources, openChunker } from '../packages/chunk-streamer/dist/index.js';
import { assembleFile, formatKey, parseKey } from '../packages/isg-core/dist/index.js';
import { vendorCorpus } from './pinned-corpus.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutants: { type: 'string', default: '10000' },
    edits: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});
const SNIPPETS = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '<',
  '>',
  '"',
  "'",
  '/*',
  '*/',
  '//',
  '///',
  '#[',
  'r#"',
  '"#',
  '\r',
  '\u0000',
  'é',
  '🦀',
];
SNIPPETS.push(
  '\ufeff',
  'fn ',
  'impl ',
  'mod x {',
  'macro m {',
  'unsafe extern "C" {',
  'trait A = B;',
  '#[cfg(',
  ';',
  '=>',
  '::',
  '$',
);
const BODY_LINES = [
  'let extra = 1;',
  '// a note',
  'println!("{}", 1);',
  '/* é🦀 */',
  'if true { call(); }',
  '\n\n',
];
const MAX_FILE_BYTES = 60_000;

const root = positionals[0] === undefined ? vendorCorpus() : resolve(positionals[0]);
const random = createRandom(Number(values.seed));
const chunker = await openChunker(root);
const all = await listSources(root);
const files = all.filter(({ sizeBytes }) => sizeBytes > 300 && sizeBytes < MAX_FILE_BYTES);
process.stdout.write(`${root}, ${files.length} files to choose from, seed ${values.seed}\n`);
await measureMutants(Number(values.mutants));
await measureEdits(Number(values.edits));
await chunker[Symbol.asyncDispose]();

async function measureMutants(count) {
  const result = { throws: 0, lossy: 0, collisions: 0, unparsed: 0, diagnostics: 0, maxMs: 0 };
  const started = performance.now();
  for (let i = 0; i < count; i += 1) {
    const { path, text } = readRandomFile();
    const mutant = mutate(text);
    const from = performance.now();
    try {
      const { rows, diagnostics } = await chunker.chunkFile({ path, text: mutant });
      result.maxMs = Math.max(result.maxMs, performance.now() - from);
      if (diagnostics.length > 0) result.diagnostics += 1;
      if (assembleFile(rows).text !== mutant) result.lossy += 1;
      const keys = rows.map((row) => row.isgl1_key);
      if (new Set(keys).size !== keys.length) result.collisions += 1;
      if (keys.some((key) => formatKey(parseKey(key)) !== key)) result.unparsed += 1;
    } catch (error) {
      result.throws += 1;
      if (result.throws <= 3) line('  threw', path, error.message);
    }
  }
  line('mutated files', count, `${((performance.now() - started) / 1000).toFixed(0)} s`);
  line('  throws, lost bytes, colliding keys', result.throws, result.lossy, result.collisions);
  line('  keys that do not parse back', result.unparsed);
  line('  with diagnostics', result.diagnostics, `slowest ${result.maxMs.toFixed(0)} ms`);
  if (result.throws + result.lossy + result.collisions + result.unparsed > 0) process.exitCode = 1;
}

/** One line into one function body: every other item is untouched and must keep its key. */
async function measureEdits(count) {
  const result = { edits: 0, keys: 0, changed: 0, broken: 0, changedWhole: 0, examples: [] };
  const started = performance.now();
  while (result.edits < count) {
    const { path, text } = readRandomFile();
    const before = await chunker.chunkFile({ path, text });
    if (before.diagnostics.length > 0) continue;
    const bodies = before.rows.filter(hasBody);
    if (bodies.length === 0) continue;
    for (let i = 0; i < 5 && result.edits < count; i += 1) {
      const edited = pick(bodies);
      const after = await chunker.chunkFile({ path, text: insertIntoBody(text, edited) });
      const changed = result.changed;
      compareKeys(before.rows, after.rows, { edited, path, result });
      if (after.diagnostics.length > 0) result.broken += 1;
      else result.changedWhole += result.changed - changed;
    }
  }
  const share = (100 * (result.keys - result.changed)) / result.keys;
  line('edits of one body', result.edits, `${((performance.now() - started) / 1000).toFixed(0)} s`);
  line(
    '  keys of untouched items that stayed',
    `${share.toFixed(4)} %`,
    `${result.changed} of ${result.keys} changed`,
  );
  line('  edits that gave no valid Rust', result.broken, `${result.changedWhole} changed by the others`);
  for (const example of result.examples) line('  changed', example);
}

function hasBody({ kind, current_code: code }) {
  return (kind === 'function' || kind === 'method') && /\{\s*\n/.test(code) && code.trimEnd().endsWith('}');
}

function insertIntoBody(text, { span }) {
  const bytes = Buffer.from(text);
  const end = bytes.toString('utf8', 0, span.end).trimEnd().length - 1;
  return `${text.slice(0, end)}${pick(BODY_LINES)}\n${text.slice(end)}`;
}

function compareKeys(before, after, { edited, path, result }) {
  const now = new Set(after.map((row) => row.isgl1_key));
  result.edits += 1;
  for (const { isgl1_key: key } of before) {
    if (key === edited.isgl1_key) continue;
    result.keys += 1;
    if (now.has(key)) continue;
    result.changed += 1;
    if (result.examples.length < 5) result.examples.push(`${key} after an edit of ${edited.name} in ${path}`);
  }
}

function readRandomFile() {
  const { path } = pick(files);
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

function mutate(text) {
  let mutant = text;
  for (let i = 1 + below(6); i > 0; i -= 1) {
    const at = below(mutant.length + 1);
    const insert = below(3) === 0 ? '' : pick(SNIPPETS);
    mutant = mutant.slice(0, at) + insert + mutant.slice(at + below(40));
  }
  return mutant;
}

function pick(list) {
  return list[below(list.length)];
}

function below(limit) {
  return Math.floor(random() * limit);
}

// Mulberry32: the same seed gives the same files and changes.
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function line(title, ...facts) {
  process.stdout.write(`  ${title.padEnd(40)} ${facts.join('  ')}\n`);
}
