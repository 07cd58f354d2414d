import type { Chunk, RowKey } from '@parseltongue/isg-core';
import { formatBriefly } from './brief-signature.js';

/**
 * How much an outline says of a row that is no test.
 *
 * `signatures`: types of every row; `surface`: types of what others can see, names of the rest; `names`: names.
 */
export type OutlineDetail = 'signatures' | 'surface' | 'names';

/** Settings of {@link formatOutline}. */
export interface OutlineOptions {
  /** Default `signatures`. */
  detail?: OutlineDetail;
}

/**
 * Formats every interface of a code base for a model to read, in as few tokens as names and types allow.
 *
 * A file stands once, a container once above its members, each a space deeper; members share a line. Parameter names,
 * lifetimes, bounds and visibility are left out, tests are names behind `tests:`, and the methods of a trait
 * implementation are not listed, because the trait lists them. Rows of one file must follow each other.
 */
export function formatOutline(rows: Iterable<Chunk>, options: OutlineOptions = {}): string {
  const lines: string[] = [];
  let file: Chunk[] = [];
  const flush = (): void => {
    if (file.length > 0) lines.push(...formatFile(file, options.detail ?? 'signatures'));
    file = [];
  };
  for (const row of rows) {
    if (file[0] !== undefined && file[0].file !== row.file) flush();
    file.push(row);
  }
  flush();
  return lines.join('\n');
}

interface Tree {
  children: ReadonlyMap<RowKey | null, readonly Chunk[]>;
  detail: OutlineDetail;
}

function formatFile(rows: readonly Chunk[], detail: OutlineDetail): string[] {
  const keys = new Set(rows.filter(({ kind }) => kind !== 'file').map(({ isgl1_key }) => isgl1_key));
  const children = new Map<RowKey | null, Chunk[]>();
  for (const row of rows) {
    if (row.kind === 'file') continue;
    const parent = row.parent_key !== null && keys.has(row.parent_key) ? row.parent_key : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [row]);
    else siblings.push(row);
  }
  return [rows[0]?.file ?? '', ...formatMembers({ children, detail }, null, 0)];
}

function formatMembers(tree: Tree, parent: RowKey | null, depth: number): string[] {
  const members = tree.children.get(parent) ?? [];
  const indent = ' '.repeat(depth);
  const isOpen = (row: Chunk): boolean => tree.children.has(row.isgl1_key) || row.kind === 'impl';
  const leaves = members.filter((row) => !isOpen(row));
  const lines: string[] = [];
  const plain = leaves.filter((row) => !isTest(row)).map((row) => formatRow(row, tree.detail));
  if (plain.length > 0) lines.push(`${indent}${plain.join('; ')}`);
  const tests = leaves.filter(isTest).map(({ name }) => name);
  if (tests.length > 0) lines.push(`${indent}tests: ${tests.join(' ')}`);
  for (const row of members.filter(isOpen)) {
    lines.push(`${indent}${isTest(row) ? formatRow(row, 'names') : formatRow(row, tree.detail)}`);
    if (!isTraitImpl(row)) lines.push(...formatMembers(tree, row.isgl1_key, depth + 1));
  }
  return lines;
}

function formatRow(row: Chunk, detail: OutlineDetail): string {
  const isTyped =
    detail === 'signatures' || row.kind === 'impl' || (detail === 'surface' && row.visibility !== 'private');
  return isTyped ? formatBriefly(row) : row.name;
}

function isTest(row: Chunk): boolean {
  return row.tdd_classification === 'TEST_IMPLEMENTATION';
}

function isTraitImpl(row: Chunk): boolean {
  return row.kind === 'impl' && / for /.test(row.interface_signature);
}
