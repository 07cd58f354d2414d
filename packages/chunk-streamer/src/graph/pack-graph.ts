import { deserialize, serialize } from 'node:v8';
import type { Edge, ReferenceCounts, RowKey } from '@parseltongue/isg-core';

/** What one file refers to. */
export interface FileGraph {
  edges: Edge[];
  references: ReferenceCounts[];
}

/** A file's graph as bytes: they cross threads without a copy and no collector walks them. */
export type PackedGraph = Uint8Array<ArrayBuffer>;

// No key or name holds it.
const SEPARATOR = '\0';

/** Edges are `from, to, kind, resolution, reason, n, (start, end, line)*`, counts `key, unresolved, n, (crate, name, count)*`; texts are numbers in `texts`. */
interface GraphTables {
  /** In UTF-8: equal graphs have equal bytes, however their strings are held. */
  texts: Uint8Array;
  edges: Int32Array;
  references: Int32Array;
}

/** Packs a graph; the bytes are for a thread of the same process. */
export function packGraph({ edges, references }: FileGraph): PackedGraph {
  const texts = new TextTable();
  const tables: GraphTables = {
    edges: Int32Array.from(edges.flatMap((edge) => encodeEdge(edge, texts))),
    references: Int32Array.from(references.flatMap((counts) => encodeCounts(counts, texts))),
    texts: new TextEncoder().encode(texts.list.join(SEPARATOR)),
  };
  return serialize(tables);
}

/** The inverse of {@link packGraph}. */
export function unpackGraph(packed: PackedGraph): FileGraph {
  const { texts: joined, edges, references } = deserialize(packed) as GraphTables;
  const texts = new TextDecoder().decode(joined).split(SEPARATOR);
  return {
    edges: decode(new Cursor(edges, texts), decodeEdge),
    references: decode(new Cursor(references, texts), decodeCounts),
  };
}

class TextTable {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.list.push(text) - 1;
    this.numbers.set(text, number);
    return number;
  }
}

class Cursor {
  private readonly numbers: Int32Array;
  private readonly texts: readonly string[];
  private at = 0;

  constructor(numbers: Int32Array, texts: readonly string[]) {
    this.numbers = numbers;
    this.texts = texts;
  }

  get isAtEnd(): boolean {
    return this.at >= this.numbers.length;
  }

  number(): number {
    const number = this.numbers[this.at] ?? 0;
    this.at += 1;
    return number;
  }

  text(): string {
    return this.texts[this.number()] ?? '';
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read);
  }
}

function encodeEdge({ from, to, kind, resolution, reason, sites }: Edge, texts: TextTable): number[] {
  const head = [from, to, kind, resolution, reason].map((text) => texts.numberOf(text));
  return [...head, sites.length, ...sites.flatMap(({ start, end, line }) => [start, end, line])];
}

function decodeEdge(cursor: Cursor): Edge {
  return {
    from: cursor.text() as RowKey,
    to: cursor.text() as RowKey,
    kind: cursor.text() as Edge['kind'],
    resolution: cursor.text() as Edge['resolution'],
    reason: cursor.text(),
    sites: cursor.list(() => ({ start: cursor.number(), end: cursor.number(), line: cursor.number() })),
  };
}

function encodeCounts({ key, unresolved_count, external }: ReferenceCounts, texts: TextTable): number[] {
  const names = external.flatMap(({ crate, name, count }) => [
    texts.numberOf(crate),
    texts.numberOf(name),
    count,
  ]);
  return [texts.numberOf(key), unresolved_count, external.length, ...names];
}

function decodeCounts(cursor: Cursor): ReferenceCounts {
  return {
    key: cursor.text() as RowKey,
    unresolved_count: cursor.number(),
    external: cursor.list(() => ({ crate: cursor.text(), name: cursor.text(), count: cursor.number() })),
  };
}

function decode<T>(cursor: Cursor, read: (cursor: Cursor) => T): T[] {
  const entries: T[] = [];
  while (!cursor.isAtEnd) entries.push(read(cursor));
  return entries;
}
