import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { IMPORT_TUPLES } from '../engines/encode-changes.js';
import { RELATION_NAMES, RELATIONS, type RelationName, type Tuple } from '../schema/relations.js';
import type { CodedEdge } from '../state/edge-index.js';
import { reportDamage } from './disk-error.js';
import { createHeader, parseHeader, SNAPSHOT_FILE } from './format.js';
import { encodeFrame, readExact, scanFrames } from './frame.js';
import { replaceFile } from './replace-file.js';

/** Where a part of a relation lies in the snapshot. Its payload is what `import_relations` takes. */
export interface ChunkRef {
  offset: number;
  sizeBytes: number;
}

/** An open snapshot: every checksum has been verified, the content is read when asked for. */
export interface Snapshot {
  fd: number;
  seq: number;
  format: number;
  sizeBytes: number;
  /** Edges lie there in numbers; `edge_texts` holds the texts they count. */
  chunks: Map<RelationName | typeof EDGE_TEXTS, ChunkRef[]>;
}

const EDGE_TEXTS = 'edge_texts';
const LINE_BREAK = 0x0a;
const COMMA = 0x2c;

/**
 * Opens and verifies the snapshot; undefined when there is none.
 *
 * @throws StoreError PT_STORE_CORRUPT, PT_STORE_VERSION_UNKNOWN
 */
export function openSnapshot(path: string): Snapshot | undefined {
  if (!existsSync(path)) return undefined;
  const fd = openSync(path, 'r');
  try {
    return verifySnapshot(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function verifySnapshot(fd: number): Snapshot {
  const sizeBytes = fstatSync(fd).size;
  const snapshot: Snapshot = { fd, seq: -1, format: 0, sizeBytes, chunks: new Map() };
  let chunkCount = 0;
  let expected: number | undefined;
  const scan = scanFrames(fd, sizeBytes, ({ payload, offset }) => {
    if (snapshot.seq < 0) {
      Object.assign(snapshot, readSnapshotHeader(payload));
      return;
    }
    const name = /^\{"(\w+)":/.exec(payload.toString('latin1', 0, 40))?.[1] ?? '';
    if (name === 'end') {
      expected = (JSON.parse(payload.toString('utf8')) as { end: number }).end;
    } else if (name in RELATIONS || name === EDGE_TEXTS) {
      chunkCount += 1;
      appendChunk(snapshot.chunks, name as RelationName | typeof EDGE_TEXTS, {
        offset,
        sizeBytes: payload.length,
      });
    } else {
      throw reportDamage(SNAPSHOT_FILE, offset, `it holds an unknown relation "${name}"`);
    }
  });
  if (scan.outcome !== 'complete') throw reportDamage(SNAPSHOT_FILE, scan.endOffset, scan.problem);
  if (expected !== chunkCount)
    throw reportDamage(SNAPSHOT_FILE, sizeBytes, 'it does not end where it should');
  return snapshot;
}

function readSnapshotHeader(payload: Buffer): Pick<Snapshot, 'seq' | 'format'> {
  const { seq, format } = parseHeader(payload, SNAPSHOT_FILE);
  return { seq, format };
}

/** The text of one chunk. */
export function readChunk(snapshot: Snapshot, chunk: ChunkRef): string {
  return readExact(snapshot.fd, chunk.offset, chunk.sizeBytes).toString('utf8');
}

/** The tuples of one relation, chunk by chunk. */
export function* readChunkTuples(snapshot: Snapshot, relation: RelationName): Generator<readonly Tuple[]> {
  if (relation === 'edges') {
    const texts = [...readEdgeTexts(snapshot)];
    for (const edges of readCodedEdges(snapshot)) yield edges.map((edge) => decodeEdgeTuple(edge, texts));
    return;
  }
  for (const chunk of snapshot.chunks.get(relation) ?? []) {
    const json = JSON.parse(readChunk(snapshot, chunk)) as Record<string, { rows: Tuple[] }>;
    yield json[relation]?.rows ?? [];
  }
}

/**
 * The lines of a chunk that hold one tuple each, with their start within the chunk.
 *
 * JSON text holds no raw line break, so every line break is one that {@link writeSnapshot} put between tuples.
 */
export function* readChunkLines(
  snapshot: Snapshot,
  chunk: ChunkRef,
): Generator<{ bytes: Buffer; start: number }> {
  const bytes = readExact(snapshot.fd, chunk.offset, chunk.sizeBytes);
  let start = bytes.indexOf(LINE_BREAK) + 1;
  for (let end = bytes.indexOf(LINE_BREAK, start); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
    const hasComma = bytes[end - 1] === COMMA;
    if (end > start) yield { bytes: bytes.subarray(start, hasComma ? end - 1 : end), start };
    start = end + 1;
  }
}

/** One tuple by its place in the file. */
export function readTupleAt(snapshot: Snapshot, place: ChunkRef): Tuple {
  return JSON.parse(readChunk(snapshot, place)) as Tuple;
}

/** The texts that {@link readCodedEdges} counts, from 0. */
export function* readEdgeTexts(snapshot: Snapshot): Generator<string> {
  for (const chunk of snapshot.chunks.get(EDGE_TEXTS) ?? []) {
    yield* (JSON.parse(readChunk(snapshot, chunk)) as { edge_texts: string[] }).edge_texts;
  }
}

/** The edges in numbers, chunk by chunk: source, kind, target, resolution and reason by text, then the sites. */
export function* readCodedEdges(snapshot: Snapshot): Generator<readonly CodedEdge[]> {
  for (const chunk of snapshot.chunks.get('edges') ?? []) {
    yield (JSON.parse(readChunk(snapshot, chunk)) as { edges: CodedEdge[] }).edges;
  }
}

/** Writes the whole graph as it is after write `seq` and puts it in the place of the old snapshot in one step. */
export function writeSnapshot(
  path: string,
  seq: number,
  tuplesOf: (relation: RelationName) => Iterable<Tuple>,
): void {
  replaceFile(path, 'write the snapshot', encodeSnapshot(seq, tuplesOf));
}

function* encodeSnapshot(
  seq: number,
  tuplesOf: (relation: RelationName) => Iterable<Tuple>,
): Generator<Buffer> {
  yield encodeFrame(JSON.stringify(createHeader(seq)));
  let chunkCount = 0;
  for (const relation of RELATION_NAMES) {
    const tuples = tuplesOf(relation);
    for (const payload of relation === 'edges' ? encodeEdges(tuples) : encodeRelation(relation, tuples)) {
      chunkCount += 1;
      yield encodeFrame(payload);
    }
  }
  yield encodeFrame(JSON.stringify({ end: chunkCount }));
}

function* encodeRelation(relation: RelationName, tuples: Iterable<Tuple>): Generator<string> {
  for (const rows of groupTuples(tuples)) {
    const headers = JSON.stringify(RELATIONS[relation].columns);
    const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
    yield `{"${relation}":{"headers":${headers},"rows":[\n${lines}\n]}}`;
  }
}

/** Keys repeat in hundreds of thousands of edges: each text is written once, after the edges that count it. */
function* encodeEdges(tuples: Iterable<Tuple>): Generator<string> {
  const numbers = new Map<string, number>();
  const numberOf = (text: string) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  for (const group of groupTuples(tuples)) {
    const edges = group.map((tuple) => {
      const texts = (tuple.slice(0, 5) as string[]).map(numberOf);
      return [...texts, ...(JSON.parse(tuple[5] as string) as number[])];
    });
    yield JSON.stringify({ edges });
  }
  for (const texts of groupTuples([...numbers.keys()].map((text): Tuple => [text]))) {
    yield JSON.stringify({ [EDGE_TEXTS]: texts.flat() });
  }
}

function decodeEdgeTuple(edge: CodedEdge, texts: readonly string[]): Tuple {
  return [...edge.slice(0, 5).map((number) => texts[number] ?? ''), JSON.stringify(edge.slice(5))];
}

/** Groups of at most {@link IMPORT_TUPLES} tuples and about 4 MB, so that no single text gets out of hand. */
function* groupTuples(tuples: Iterable<Tuple>): Generator<Tuple[]> {
  let group: Tuple[] = [];
  let length = 0;
  for (const tuple of tuples) {
    group.push(tuple);
    for (const cell of tuple) length += typeof cell === 'string' ? cell.length : 8;
    if (group.length < IMPORT_TUPLES && length < 4 * 2 ** 20) continue;
    yield group;
    group = [];
    length = 0;
  }
  if (group.length > 0) yield group;
}

function appendChunk(
  chunks: Snapshot['chunks'],
  relation: RelationName | typeof EDGE_TEXTS,
  chunk: ChunkRef,
): void {
  const list = chunks.get(relation);
  if (list === undefined) chunks.set(relation, [chunk]);
  else list.push(chunk);
}
