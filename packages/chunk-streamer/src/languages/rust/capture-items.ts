import type { Node, Query } from 'web-tree-sitter';
import { type CapturedFile, MAX_ROW_DEPTH } from './captured-item.js';
import { endOfCall } from './end-of-call.js';
import { skipTrivia } from './lex.js';
import type { MaskedText } from './mask-grammar-gaps.js';
import { partsOfNode } from './parts-of-node.js';

/** Items, attributes and doc comments of a file, in one query that is compiled once a worker. */
export const ITEM_QUERY = `
[
  (function_item) (function_signature_item) (struct_item) (union_item) (enum_item) (trait_item) (impl_item)
  (const_item) (static_item) (type_item) (associated_type) (macro_definition) (foreign_mod_item)
] @item
(mod_item body: (_)) @item
(source_file (macro_invocation) @call)
(declaration_list (macro_invocation) @call)
(source_file (expression_statement (macro_invocation)) @call)
(attribute_item) @outer
(line_comment outer: (_)) @outer
(block_comment outer: (_)) @outer
(inner_attribute_item) @inner
(line_comment inner: (_)) @inner
(block_comment inner: (_)) @inner
`;

interface Piece {
  start: number;
  end: number;
  row: number;
  text: string;
}

/** Reads the items of a tree in byte order and hands each its attributes and doc comments. */
export function captureItems(
  root: Node,
  query: Query,
  input: { text: string; masked: MaskedText },
): CapturedFile {
  const { text } = input;
  const file: CapturedFile = { items: [], inner: [] };
  const state: CaptureState = { ...input, file, open: [], pending: [], blankedAt: 0 };
  for (const capture of readCaptures(root, query)) {
    closeItems(state, capture.start);
    if (capture.name === 'outer') addPiece(state, capture);
    else if (capture.name === 'inner') innerOf(state).push(text.slice(capture.start, capture.end));
    else addItem(state, capture);
  }
  return file;
}

interface CaptureState {
  text: string;
  masked: MaskedText;
  file: CapturedFile;
  /** Indexes of the items that enclose the current position. */
  open: number[];
  pending: Piece[];
  /** First blanked keyword that may still stand before an item. */
  blankedAt: number;
}

interface Capture {
  name: string;
  node: Node;
  start: number;
  end: number;
}

function readCaptures(root: Node, query: Query): Capture[] {
  const captures = query
    .captures(root)
    .map(({ name, node }) => ({ name, node, start: node.startIndex, end: node.endIndex }));
  return captures.sort((a, b) => a.start - b.start || b.end - a.end);
}

function closeItems(state: CaptureState, position: number): void {
  for (let top = state.open.at(-1); top !== undefined; top = state.open.at(-1)) {
    const item = state.file.items[top];
    if (item !== undefined && position < item.end) return;
    state.open.pop();
  }
}

function addPiece(state: CaptureState, { node, start, end }: Capture): void {
  if (!isPendingBefore(state, start)) state.pending = [];
  state.pending.push({ start, end, row: node.startPosition.row, text: state.text.slice(start, end) });
}

function isPendingBefore(state: CaptureState, start: number): boolean {
  const last = state.pending.at(-1);
  return last !== undefined && last.end <= start && skipTrivia(state.text, last.end, start) === start;
}

function innerOf(state: CaptureState): string[] {
  const top = state.open.at(-1);
  return (top === undefined ? undefined : state.file.items[top]?.inner) ?? state.file.inner;
}

function addItem(state: CaptureState, { name, node, start, end }: Capture): void {
  if (state.open.length >= MAX_ROW_DEPTH) {
    state.pending = [];
    return;
  }
  const replaced = state.masked.replaced.find((item) => item.start < end && start < item.end);
  const headStart = startOfHead(state, start);
  const outer = isPendingBefore(state, headStart) ? state.pending : [];
  const parent = state.open.at(-1) ?? -1;
  state.pending = [];
  state.file.items.push({
    type: itemType(name, node.type, replaced?.kind),
    nodeStart: start,
    nodeEnd: end,
    headStart,
    start: outer[0]?.start ?? headStart,
    end: name === 'call' ? endOfCall(state.text, end, state.file.items[parent]?.nodeEnd) : end,
    row: outer[0]?.row ?? node.startPosition.row,
    parent,
    parts: partsOfNode(node),
    outer: outer.map((piece) => piece.text),
    inner: [],
  });
  state.open.push(state.file.items.length - 1);
}

function itemType(
  captureName: string,
  nodeType: string,
  replacedKind: 'macro' | 'trait' | undefined,
): string {
  if (captureName === 'call') return replacedKind === 'macro' ? 'macro_item' : 'macro_invocation';
  return replacedKind === 'trait' && nodeType === 'type_item' ? 'trait_alias' : nodeType;
}

// A keyword that was blanked for the grammar belongs to the item it stands before.
function startOfHead(state: CaptureState, nodeStart: number): number {
  const { blanked } = state.masked;
  while ((blanked[state.blankedAt]?.end ?? Number.POSITIVE_INFINITY) <= nodeStart) state.blankedAt += 1;
  let start = nodeStart;
  for (let i = state.blankedAt - 1; i >= 0; i -= 1) {
    const keyword = blanked[i];
    if (keyword === undefined || !/^[ \t]+$/.test(state.text.slice(keyword.end, start))) return start;
    start = keyword.start;
  }
  return start;
}
