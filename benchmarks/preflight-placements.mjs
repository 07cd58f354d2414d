// Fuzzes the placement of edits on real files: whole items, new items, deletions, search blocks and hunks, exact or disturbed. An edit may be
// refused; a text other than the one meant is a wrong place, and so is accepting a block that fits twice.
// Usage: node benchmarks/preflight-placements.mjs [--edits 10000] [--seed 1]
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openChunker } from '../packages/chunk-streamer/dist/index.js';
import { applyEdits } from '../packages/isg-core/dist/index.js';
import {
  CRATES,
  createRandom,
  createScratch,
  fetchCrate,
  percent,
  printTable,
  sha256,
} from './preflight-corpus.mjs';

const { values: given } = parseArgs({
  options: { edits: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const random = createRandom(Number(given.seed));
const pick = (list) => list[Math.floor(random() * list.length)];
const scratch = createScratch('placements');
const tallies = new Map();
const wrong = [];

try {
  const files = [];
  for (const spec of CRATES.slice(0, 3)) files.push(...(await readCrate(fetchCrate(spec, scratch))));
  const kinds = [wholeItem, deletion, creation, searchBlock, hunk, looseBlock, wrongBlock];
  for (let count = 0; count < Number(given.edits); count += 1) {
    const file = pick(files);
    const kind = kinds[count % kinds.length];
    const job = kind(file);
    if (job !== null) judge(kind.name, file, job);
  }
  report();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function readCrate(root) {
  const chunker = await openChunker(root);
  const files = [];
  const visit = async (prefix) => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      if (entry.isDirectory() && !['target', '.git'].includes(entry.name))
        await visit(`${prefix}${entry.name}/`);
      if (!entry.name.endsWith('.rs')) continue;
      const text = readFileSync(join(root, prefix, entry.name), 'utf8');
      const { rows } = await chunker.chunkFile({ path: prefix + entry.name, text });
      const leaves = rows.filter(
        (row) => row.kind !== 'file' && !rows.some((other) => other.parent_key === row.isgl1_key),
      );
      if (leaves.length > 0)
        files.push({
          path: prefix + entry.name,
          text,
          bytes: Buffer.from(text),
          hash: sha256(text),
          rows,
          leaves,
        });
    }
  };
  await visit('');
  await chunker[Symbol.asyncDispose]();
  return files;
}

function cut(file, start, end) {
  return file.bytes.subarray(start, end).toString();
}

function base(file, row, more) {
  return {
    target: { key: row.isgl1_key },
    base_hash: file.hash,
    op: 'edit',
    format: 'whole_item',
    body: '',
    ...more,
  };
}

function wholeItem(file) {
  const row = pick(file.leaves);
  const body = `${cut(file, row.span.start, row.span.end)} /* zz */`;
  return {
    edit: base(file, row, { body }),
    expected: cut(file, 0, row.span.start) + body + cut(file, row.span.end),
  };
}

function deletion(file) {
  const row = pick(file.leaves);
  const [before, after] = [cut(file, 0, row.span.start), cut(file, row.span.end)];
  return {
    edit: base(file, row, { op: 'delete' }),
    isRight: (text) =>
      squeeze(text) === squeeze(before + after) && before.startsWith(text.slice(0, before.trimEnd().length)),
  };
}

function creation(file) {
  const anchor = pick(file.leaves);
  const at = pick(['after', 'before']);
  const offset = at === 'after' ? anchor.span.end : anchor.span.start;
  const body = 'fn zz_made() {\n    1;\n}';
  const edit = base(file, anchor, { op: 'create', body, placement: { at, key: anchor.isgl1_key } });
  const [before, after] = [cut(file, 0, offset), cut(file, offset)];
  return { edit, isRight: (text) => squeeze(text) === squeeze(before + body + after) };
}

/** Some lines of a row, as they are. */
function chooseLines(file) {
  const row = pick(file.leaves);
  const lines = cut(file, row.span.start, row.span.end).split('\n');
  const from = Math.floor(random() * lines.length);
  const count = 1 + Math.floor(random() * Math.min(4, lines.length - from));
  const chosen = lines.slice(from, from + count);
  return chosen.join('').trim() === '' ? null : { row, lines, from, chosen };
}

function searchBlock(file) {
  const found = chooseLines(file);
  if (found === null) return null;
  const { row, lines, from, chosen } = found;
  const scope = lines.join('\n');
  const search = chosen.join('\n');
  const replacement = `${search} // zz`;
  const body = `<<<<<<< SEARCH\n${search}\n=======\n${replacement}\n>>>>>>> REPLACE\n`;
  const edit = base(file, row, { format: 'search_replace', body });
  if (scope.split(search).length > 2) return { edit, mustRefuse: true };
  const now = [
    ...lines.slice(0, from),
    ...replacement.split('\n'),
    ...lines.slice(from + chosen.length),
  ].join('\n');
  return { edit, expected: cut(file, 0, row.span.start) + now + cut(file, row.span.end) };
}

function hunk(file) {
  const found = chooseLines(file);
  if (found === null) return null;
  const { row, lines, from, chosen } = found;
  const scope = lines.join('\n');
  if (scope.split(chosen.join('\n')).length > 2) return null;
  const body = `@@ -1,1 +1,1 @@\n${chosen.map((line) => ` ${line}`).join('\n')}\n+// zz\n`;
  const now = [...lines.slice(0, from + chosen.length), '// zz', ...lines.slice(from + chosen.length)].join(
    '\n',
  );
  return {
    edit: base(file, row, { format: 'unified_diff', body }),
    expected: cut(file, 0, row.span.start) + now + cut(file, row.span.end),
  };
}

/** A block with another indent or other blanks: found at its one place or refused. */
function looseBlock(file) {
  const found = chooseLines(file);
  if (found === null || found.from === 0) return null;
  const { row, lines, from, chosen } = found;
  const shift = pick(['out', 'in', 'blanks']);
  const change = (line) =>
    shift === 'out'
      ? line.replace(/^ {1,4}/, '')
      : shift === 'in'
        ? `  ${line}`
        : line.replace(/ = /, '  =  ');
  const search = chosen.map(change).join('\n');
  const body = `<<<<<<< SEARCH\n${search}\n=======\nzz_replaced();\n>>>>>>> REPLACE\n`;
  const normal = (text) =>
    text
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' '))
      .join('\n');
  const windows = lines
    .map((_, at) => lines.slice(at, at + chosen.length))
    .filter((window) => window.length === chosen.length);
  const wanted = search.split('\n');
  const isShifted = (window) =>
    new Set(
      window
        .map((line, at) => (line.trim() === '' ? 'blank' : line.search(/\S/) - wanted[at].search(/\S/)))
        .values(),
    ).size <= (window.some((line) => line.trim() === '') ? 2 : 1);
  const same = windows.filter((window) => normal(window.join('\n')) === normal(search));
  const shifted = same.filter((window) => isShifted(window));
  const places = shifted.length > 0 ? shifted.length : same.length;
  const edit = base(file, row, { format: 'search_replace', body });
  const scope = lines.join('\n');
  const once =
    scope.split(search).length === 2 && !(/^[ \t]/.test(search) && /[ \t]$/.test(scope.split(search)[0]));
  if (once && search !== chosen.join('\n')) {
    // The disturbed block stands somewhere as it is, once: that place is the one it means.
    const meant = squeeze(
      cut(file, 0, row.span.start) + scope.replace(search, 'zz_replaced();') + cut(file, row.span.end),
    );
    return { edit, isRight: (text) => squeeze(text) === meant };
  }
  if (places > 1 && search !== chosen.join('\n')) return { edit, mustRefuse: true };
  const [before, after] = [lines.slice(0, from).join('\n'), lines.slice(from + chosen.length).join('\n')];
  const expected = squeeze(
    `${cut(file, 0, row.span.start)}${before}\nzz_replaced();\n${after}${cut(file, row.span.end)}`,
  );
  return { edit, isRight: (text) => squeeze(text) === expected };
}

/** A block that stands nowhere. */
function wrongBlock(file) {
  const found = chooseLines(file);
  if (found === null) return null;
  const search = found.chosen.map((line) => `${line.split('').reverse().join('')}q`).join('\n');
  const body = `<<<<<<< SEARCH\n${search}\n=======\nzz\n>>>>>>> REPLACE\n`;
  return { edit: base(file, found.row, { format: 'search_replace', body }), mustRefuse: true };
}

function squeeze(text) {
  return text.replace(/\s+/g, '');
}

function judge(kind, file, { edit, expected, isRight, mustRefuse }) {
  const result = applyEdits({
    path: file.path,
    text: file.text,
    hash: file.hash,
    rows: file.rows,
    edits: [edit],
  });
  const tally = tallies.get(kind) ?? { right: 0, refused: 0, wrong: 0 };
  tallies.set(kind, tally);
  if (result.status === 'refused') return void (tally.refused += 1);
  const isGood =
    mustRefuse !== true && (expected === undefined ? isRight(result.text) : result.text === expected);
  if (isGood) return void (tally.right += 1);
  tally.wrong += 1;
  wrong.push(`${kind} ${file.path} ${edit.target.key}: ${JSON.stringify(edit.body.slice(0, 160))}`);
}

function report() {
  const rows = [...tallies].map(([kind, { right, refused, wrong: bad }]) => [
    kind,
    right + refused + bad,
    right,
    refused,
    bad,
  ]);
  printTable([['edit', 'n', 'right', 'refused', 'wrong'], ...rows]);
  const total = rows.reduce((sum, row) => sum + row[1], 0);
  process.stdout.write(`${total} placements, ${wrong.length} wrong (${percent(wrong.length, total)})\n`);
  for (const line of wrong.slice(0, 20)) process.stdout.write(`  WRONG ${line}\n`);
  if (wrong.length > 0) process.exitCode = 1;
}
