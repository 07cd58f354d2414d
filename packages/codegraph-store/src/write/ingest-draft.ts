import {
  type Chunk,
  type Edge,
  type IndexRecord,
  isInsidePath,
  pathOfKey,
  type ReferenceCounts,
  type Resolution,
  type SkippedFile,
  type SyntaxDiagnostic,
} from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import type { Tuple } from '../schema/relations.js';
import { encodeChunk, encodeCode, encodeEdge, encodeFile, encodeReferences } from '../schema/row-codec.js';

const CODE_LIMIT_BYTES = 16 * 2 ** 20;
const TIER_ORDER: readonly Resolution[] = ['exact', 'typed', 'name'];
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What a stream has said so far, encoded. Nothing of it is visible before it is committed. */
export interface IngestDraft {
  files: Map<string, Tuple>;
  removed: Set<string>;
  rows: Map<string, Tuple>;
  code: Tuple[];
  edges: Map<string, Edge>;
  references: Map<string, Tuple>;
  skipped: Map<string, Tuple>;
  diagnostics: Map<string, Tuple>;
  ledger: { seen: number; indexed: number } | undefined;
}

export function createDraft(): IngestDraft {
  return {
    files: new Map(),
    removed: new Set(),
    rows: new Map(),
    code: [],
    edges: new Map(),
    references: new Map(),
    skipped: new Map(),
    diagnostics: new Map(),
    ledger: undefined,
  };
}

/**
 * Adds one record of the stream.
 *
 * @throws StoreError PT_STORE_RECORD_INVALID, PT_STORE_KEY_DUPLICATE, PT_STORE_ROW_TOO_LARGE
 */
export function addRecord(draft: IngestDraft, record: IndexRecord): void {
  switch (record.type) {
    case 'file':
      addFile(draft, encodeFile(record.file));
      break;
    case 'removed':
      assertPath(record.path);
      draft.removed.add(record.path);
      break;
    case 'row':
      addRow(draft, record.row);
      break;
    case 'edge':
      addEdge(draft, record.edge);
      break;
    case 'references':
      addReferences(draft, record.references);
      break;
    case 'skipped':
      addSkipped(draft, record.skipped);
      break;
    case 'diagnostic':
      addDiagnostic(draft, record.diagnostic);
      break;
    case 'ledger':
      for (const skipped of record.ledger.skipped) addSkipped(draft, skipped);
      draft.ledger = { seen: record.ledger.seen, indexed: record.ledger.indexed };
  }
}

/** @throws StoreError PT_STORE_RECORD_INVALID for text that is not well-formed Unicode: no file could hold it */
export function checked(subject: string, tuple: Tuple): Tuple {
  for (const cell of tuple) {
    if (typeof cell === 'string' && LONE_SURROGATE.test(cell))
      throw reportRecord(subject, 'a text is not well-formed Unicode');
  }
  return tuple;
}

export function reportRecord(subject: string, problem: string): StoreError<'PT_STORE_RECORD_INVALID'> {
  return new StoreError('PT_STORE_RECORD_INVALID', {
    message: `Cannot store "${subject.slice(0, 200)}": ${problem}. Nothing was written; correct the stream and send it again`,
    details: { subject, problem },
  });
}

/** @throws StoreError PT_STORE_ROW_TOO_LARGE, PT_STORE_RECORD_INVALID */
export function assertChunk(chunk: Chunk): void {
  const key = chunk.isgl1_key;
  const sizeBytes = chunk.current_code.length;
  if (sizeBytes > CODE_LIMIT_BYTES) {
    throw new StoreError('PT_STORE_ROW_TOO_LARGE', {
      message: `The code of ${key} has ${sizeBytes} characters, the limit is ${CODE_LIMIT_BYTES}. Leave generated files out of the index`,
      details: { key, size_bytes: sizeBytes, limit_bytes: CODE_LIMIT_BYTES },
    });
  }
  if (pathOfKey(key) !== chunk.file)
    throw reportRecord(key, `its file is "${chunk.file}", which its key does not name`);
}

function addFile(draft: IngestDraft, tuple: Tuple): void {
  const path = tuple[0] as string;
  assertPath(path);
  if (draft.files.has(path)) throw reportRecord(path, 'the file stands twice in one stream');
  draft.files.set(path, checked(path, tuple));
}

function addRow(draft: IngestDraft, chunk: Chunk): void {
  const key = chunk.isgl1_key;
  assertChunk(chunk);
  if (!draft.files.has(chunk.file))
    throw reportRecord(key, `no file record for "${chunk.file}" came before it`);
  if (draft.rows.has(key)) {
    throw new StoreError('PT_STORE_KEY_DUPLICATE', {
      message: `Two rows share the key ${key}. Nothing was written; keys must be unique`,
      details: { key },
    });
  }
  draft.rows.set(key, checked(key, encodeChunk(chunk)));
  draft.code.push(checked(key, encodeCode(chunk)));
}

/** The same reference told twice is one edge: the better tier speaks for it and the sites add up. */
function addEdge(draft: IngestDraft, edge: Edge): void {
  const id = JSON.stringify([edge.from, edge.kind, edge.to]);
  const known = draft.edges.get(id);
  checked(edge.from, [edge.from, edge.to, edge.reason]);
  if (known === undefined) {
    draft.edges.set(id, edge);
    return;
  }
  const isBetter = TIER_ORDER.indexOf(edge.resolution) < TIER_ORDER.indexOf(known.resolution);
  draft.edges.set(id, { ...(isBetter ? edge : known), sites: [...known.sites, ...edge.sites] });
}

function addReferences(draft: IngestDraft, references: ReferenceCounts): void {
  draft.references.set(references.key, checked(references.key, encodeReferences(references)));
}

function addSkipped(draft: IngestDraft, { path, reason, detail }: SkippedFile): void {
  draft.skipped.set(path, checked(path, [path, reason, detail ?? null]));
}

function addDiagnostic(draft: IngestDraft, diagnostic: SyntaxDiagnostic): void {
  const { path, span, line, severity, message } = diagnostic;
  const tuple = checked(path, [path, span.start, span.end, message, line, severity]);
  draft.diagnostics.set(JSON.stringify(tuple.slice(0, 4)), tuple);
}

function assertPath(path: string): void {
  if (!isInsidePath(path)) throw reportRecord(path, 'the path is not repo-relative with "/"');
}

export function encodeEdges(draft: IngestDraft): Tuple[] {
  return [...draft.edges.values()].map(encodeEdge);
}
