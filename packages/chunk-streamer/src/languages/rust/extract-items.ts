import { hash } from 'node:crypto';
import { type Chunk, estimateTokenCount } from '@parseltongue/isg-core';
import { type ByteIndex, createByteIndex } from '../../parse/byte-index.js';
import type { FilePlace } from '../define-language.js';
import { assignKeys, type KeyedItem } from './assign-keys.js';
import type { CapturedFile } from './captured-item.js';
import { formatConjunction } from './cfg.js';
import { type Draft, draftItems } from './draft-items.js';
import { hashInterface } from './hash-interface.js';
import type { RustItem } from './syntax.js';

/** One parsed file and what is known of its place in the repository. */
export interface ExtractInput {
  captured: CapturedFile;
  path: string;
  text: string;
  place: FilePlace;
}

/**
 * Cuts a file into rows, the file row first, parents before children, in byte order.
 *
 * Every byte is in exactly one row's own text. Spaces and comments between items belong to the row around them;
 * attributes and doc comments belong to their item.
 */
export function extractItems(input: ExtractInput): { items: RustItem[]; interfaceHash: string } {
  const { path, text, place } = input;
  const drafts = draftItems(input.captured, input);
  const toByte = createByteIndex(text);
  const cuts = cutText(drafts, text, toByte);
  const keys = assignKeys(
    path,
    drafts.map((draft, index) => toKeyedItem(draft, cuts[index]?.hash ?? '')),
  );
  const items = drafts.flatMap((draft, index) => {
    const [key, cut] = [keys[index], cuts[index]];
    if (key === undefined || cut === undefined) return [];
    const chunk: Chunk = {
      isgl1_key: key,
      kind: draft.naming.kind,
      name: draft.naming.name,
      visibility: draft.visibility,
      file: path,
      span: { start: toByte(draft.start), end: toByte(draft.end) },
      line: draft.line,
      parent_key: keys[draft.parent] ?? null,
      order: draft.order,
      parent_offset: cut.parentOffset,
      current_code: cut.ownText,
      interface_signature: draft.signature,
      doc: draft.doc,
      ...draft.testClass,
      crate: place.crate,
      module_path: draft.modulePath,
      cfg: formatConjunction(draft.cfgs),
      content_hash: cut.hash,
      token_count: estimateTokenCount(cut.ownText),
    };
    return [toItem(chunk, draft, toByte)];
  });
  return { items, interfaceHash: hashInterface(items, drafts, text) };
}

function toItem(chunk: Chunk, draft: Draft, toByte: ByteIndex): RustItem {
  const { nameStart, nameEnd } = draft.naming;
  return {
    key: chunk.isgl1_key,
    chunk,
    parent: draft.parent,
    node: { start: toByte(draft.nodeStart), end: toByte(draft.nodeEnd) },
    nameSpan:
      nameStart === null || nameEnd === null ? null : { start: toByte(nameStart), end: toByte(nameEnd) },
  };
}

function toKeyedItem(draft: Draft, contentHash: string): KeyedItem {
  return {
    kind: draft.naming.kind,
    parent: draft.parent,
    container: draft.container,
    name: draft.naming.name,
    cfg: formatConjunction(draft.ownCfgs),
    head: draft.head,
    firstChildName: draft.firstChildName,
    signature: draft.signature,
    readArguments: draft.readArguments,
    contentHash,
  };
}

interface Cut {
  ownText: string;
  hash: string;
  parentOffset: number;
}

/** Own texts: each row's text without the texts of its children, and where the children go. */
function cutText(drafts: readonly Draft[], text: string, toByte: ByteIndex): Cut[] {
  const parts: string[][] = drafts.map(() => []);
  const readTo = drafts.map((draft) => draft.start);
  const childBytes = drafts.map(() => 0);
  const parentOffsets = drafts.map((draft, index) => {
    const parent = drafts[draft.parent];
    if (parent === undefined) return 0;
    parts[draft.parent]?.push(text.slice(readTo[draft.parent], draft.start));
    readTo[draft.parent] = draft.end;
    const startByte = toByte(draft.start);
    const offset = startByte - toByte(parent.start) - (childBytes[draft.parent] ?? 0);
    childBytes[draft.parent] = (childBytes[draft.parent] ?? 0) + toByte(draft.end) - startByte;
    return index === 0 ? 0 : offset;
  });
  return drafts.map((draft, index) => {
    const ownText = [...(parts[index] ?? []), text.slice(readTo[index], draft.end)].join('');
    return { ownText, hash: hash('sha256', ownText, 'hex'), parentOffset: parentOffsets[index] ?? 0 };
  });
}
