import type { Chunk } from '@parseltongue/isg-core';
import { findInnermostRow } from '../diagnose/map-row-keys.js';
import { findUnknownNames, type UnknownName } from '../names/find-unknown-names.js';
import type { FileWords } from '../names/vocabulary.js';
import type { GraphProblem } from '../ports.js';
import type { GateContext } from './gate-context.js';
import { readChanges, readTreeText } from './read-texts.js';

/** Derives that give a type no names of their own. */
const PLAIN_DERIVES = new Set(
  'Arbitrary Args Clone Copy Debug Default Deserialize Diagnostic Eq Error Hash Ord Parser PartialEq PartialOrd Serialize Subcommand ValueEnum Zeroize ZeroizeOnDrop'.split(
    ' ',
  ),
);
/** Words of trees in which names may come from elsewhere: build scripts, macros that paste names. */
const GENERATORS = ['OUT_DIR', 'paste', 'seq_macro', 'concat_idents', 'automock'];
/** Parts of paths of code that is for another platform. */
const PLATFORM = /windows|unix|wasm|macos|linux|android|ios|bsd|sys/;

const MESSAGES: Readonly<Record<UnknownName['code'], string>> = {
  unknown_name: 'is the name of nothing: no file, no dependency and no library of the toolchain has it',
  lost_name: 'is still used although the proposal takes away what it names',
  lost_import: 'is still used although the proposal takes away its import',
};

/** Names the proposal uses that stand for nothing; certain where no generated code can define them. */
export async function checkNames(context: GateContext): Promise<GraphProblem[]> {
  const isManifestChanged = context.proposal.files.some(({ path }) =>
    /(^|\/)(Cargo\.(toml|lock)|build\.rs)$/.test(path),
  );
  if (isManifestChanged) return [];
  const libraries = await context.vocabulary.readLibraries(context.shadow);
  if (libraries === null) return [];
  const readText = (path: string): Promise<string | null> => readTreeText(context, path);
  const tree = await context.vocabulary.readTree([context.shadow.layout().targetDir]);
  const changes = await readChanges(context);
  const crates = new Set(await listCrateNames(context, readText));
  const known = { has: (name: string): boolean => crates.has(name) || libraries.words.has(name) };
  const found = await findUnknownNames({ changes, tree, libraries: known, readText });
  const isClosed = !mayGenerateNames(tree);
  const after = new Map(changes.map((change) => [change.path, change.after]));
  return Promise.all(
    found.map(async (name) => {
      const text = after.get(name.path) ?? (await readText(name.path)) ?? '';
      return describeName(name, { context, text, isClosed, hasAllFeatures: libraries.hasAllFeatures });
    }),
  );
}

/** What manifests call packages, targets and dependencies is the name of a crate, with `_` for `-`, and stands in no source. */
async function listCrateNames(
  { shadow }: GateContext,
  readText: (path: string) => Promise<string | null>,
): Promise<string[]> {
  const folders = new Set(['', ...shadow.layout().packages.map(({ folder }) => folder)]);
  const manifests = await Promise.all(
    [...folders].map((folder) => readText(folder === '' ? 'Cargo.toml' : `${folder}/Cargo.toml`)),
  );
  return manifests.flatMap((text) => (text?.match(/[\w-]+/g) ?? []).map((word) => word.replaceAll('-', '_')));
}

function mayGenerateNames(tree: ReadonlyMap<string, FileWords>): boolean {
  return [...tree.values()].some(
    ({ words, derives }) =>
      GENERATORS.some((word) => words.has(word)) ||
      derives.some((name) => /^[A-Z]/.test(name) && !PLAIN_DERIVES.has(name)),
  );
}

interface Place {
  context: GateContext;
  text: string;
  isClosed: boolean;
  hasAllFeatures: boolean;
}

async function describeName(
  { name, code, path, start }: UnknownName,
  { context, text, isClosed, hasAllFeatures }: Place,
): Promise<GraphProblem> {
  const from = Buffer.byteLength(text.slice(0, start));
  const span = { start: from, end: from + Buffer.byteLength(name) };
  const { rows } = await context.chunker.chunkFile({ path, text });
  const key = findInnermostRow(rows, span);
  const row = rows.find((found) => found.isgl1_key === key);
  return {
    code,
    path,
    span,
    line: text.slice(0, start).split('\n').length,
    message: `${name} ${MESSAGES[code]}`,
    key,
    certain: isClosed && !PLATFORM.test(path) && !isConditional(row, hasAllFeatures),
  };
}

/**
 * True when code is for configurations whose libraries were not read: other platforms, flags of the build, and features
 * unless the libraries of all of them are known.
 */
function isConditional(row: Chunk | undefined, hasAllFeatures: boolean): boolean {
  if (row === undefined) return false;
  const inside = row.kind === 'file' ? [] : row.current_code.matchAll(/\bcfg(?:_attr)?!?\s*\(([^\]]*)/g);
  const predicates = [row.cfg ?? '', ...Array.from(inside, (match) => readPredicate(match[1] ?? ''))];
  return predicates.some((predicate) => {
    if (!hasAllFeatures && /\bfeature\b/.test(predicate)) return true;
    const left = predicate.replace(/\bfeature\s*=\s*"[^"]*"/g, '').replace(PLAIN_PREDICATES, '');
    return /\w/.test(left);
  });
}

const PLAIN_PREDICATES = /\b(?:any|all|not|test|debug_assertions|doc|docsrs|doctest)\b/g;

/** The predicate at the start of what follows an opening parenthesis. */
function readPredicate(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '(') depth += 1;
    const isEnd = sign === ')' ? depth-- === 0 : sign === ',' && depth === 0;
    if (isEnd) return text.slice(0, at);
  }
  return text;
}
