import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assembleFile,
  type Chunk,
  type Edge,
  estimateTokenCount,
  type FileFacts,
  fileKey,
  formatKey,
  type IndexRecord,
  type RowKey,
} from '@parseltongue/isg-core';

export interface Item {
  name: string;
  code: string;
  isTest?: boolean;
  visibility?: Chunk['visibility'];
  kind?: Chunk['kind'];
  doc?: string;
  signature?: string;
  /** Members make the item an `impl` and themselves methods. */
  members?: Item[];
}

export interface FixtureFile {
  facts: FileFacts;
  chunks: Chunk[];
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** A file with one item a line, as the chunk streamer would describe it. */
export function makeFile(path: string, items: readonly Item[]): FixtureFile {
  const draft: Chunk[] = [];
  appendItem(
    draft,
    { path, container: [], parent: null, order: 0, offset: 0 },
    { name: '_', code: '\n'.repeat(items.length) },
  );
  items.forEach((item, order) => {
    const place = { path, container: [] as string[], parent: fileKey(path), order, offset: order };
    const key = appendItem(draft, place, {
      ...item,
      code: item.members === undefined ? item.code : `${item.code}{\n}`,
    });
    item.members?.forEach((member, i) => {
      const offset = Buffer.byteLength(`${item.code}{\n`);
      appendItem(
        draft,
        { path, container: [item.name], parent: key, order: i, offset },
        { ...member, code: `${member.code}\n` },
      );
    });
  });
  const { text, spans } = assembleFile(draft);
  const bytes = Buffer.from(text);
  const chunks = draft.map((chunk) => {
    const span = spans.get(chunk.isgl1_key) ?? chunk.span;
    return { ...chunk, span, line: bytes.subarray(0, span.start).toString().split('\n').length };
  });
  return { facts: makeFacts(path, text), chunks };
}

export function makeFacts(path: string, text: string): FileFacts {
  return {
    path,
    hash: hashOf(text),
    size_bytes: Buffer.byteLength(text),
    mtime_ms: 1.5,
    line_count: text.split('\n').length - 1,
    language: 'rust',
    crate: 'demo',
    module_path: 'crate',
  };
}

export function keyOf(path: string, name: string, container: string[] = []): RowKey {
  return formatKey({ path, container, name });
}

export function makeEdge(from: RowKey, to: RowKey, over: Partial<Edge> = {}): Edge {
  return {
    from,
    to,
    kind: 'calls',
    resolution: 'typed',
    reason: 'path',
    sites: [{ start: 1, end: 4, line: 1 }],
    ...over,
  };
}

/** The records of files and edges, with containment, in the order of a stream. */
export function makeRecords(files: readonly FixtureFile[], edges: readonly Edge[] = []): IndexRecord[] {
  const contained = files.flatMap((file) => containment(file));
  return [
    ...files.flatMap((file): IndexRecord[] => [
      { type: 'file', file: file.facts },
      ...file.chunks.map((row): IndexRecord => ({ type: 'row', row })),
    ]),
    ...[...contained, ...edges].map((edge): IndexRecord => ({ type: 'edge', edge })),
  ];
}

export function containment(file: FixtureFile): Edge[] {
  return file.chunks.flatMap((chunk) =>
    chunk.parent_key === null
      ? []
      : [makeEdge(chunk.parent_key, chunk.isgl1_key, { kind: 'contains', reason: 'syntax', sites: [] })],
  );
}

/** A directory that goes away with the scope. */
export function makeDirectory(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'codegraph-'));
  return {
    path: join(path, '.parseltongue'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

interface Place {
  path: string;
  container: string[];
  parent: RowKey | null;
  order: number;
  offset: number;
}

function appendItem(draft: Chunk[], place: Place, item: Item): RowKey {
  const { path, container, parent, order, offset } = place;
  const key = parent === null ? fileKey(path) : keyOf(path, item.name, container);
  const kind =
    parent === null
      ? 'file'
      : item.kind !== undefined
        ? item.kind
        : item.members !== undefined
          ? 'impl'
          : container.length > 0
            ? 'method'
            : 'function';
  draft.push({
    isgl1_key: key,
    kind,
    name: item.name,
    visibility: item.visibility ?? 'public',
    file: path,
    span: { start: 0, end: 0 },
    line: 1,
    parent_key: parent,
    order,
    parent_offset: offset,
    current_code: item.code,
    interface_signature: item.signature ?? (kind === 'file' ? '' : `pub fn ${item.name}()`),
    doc: item.doc ?? '',
    tdd_classification: item.isTest === true ? 'TEST_IMPLEMENTATION' : 'CODE_IMPLEMENTATION',
    tdd_reason: item.isTest === true ? '#[test]' : 'code',
    crate: 'demo',
    module_path: 'crate',
    cfg: null,
    content_hash: hashOf(item.code),
    token_count: estimateTokenCount(item.code),
  });
  return key;
}
