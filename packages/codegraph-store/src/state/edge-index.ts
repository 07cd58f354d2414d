import type { Edge, EdgeKind, Resolution, RowKey } from '@parseltongue/isg-core';
import type { Tuple } from '../schema/relations.js';
import { decodeSites } from '../schema/row-codec.js';

/** An edge in memory; `sites` stays the stored text until someone asks. */
export interface EdgeRecord {
  from: RowKey;
  to: RowKey;
  kind: EdgeKind;
  resolution: Resolution;
  reason: string;
  sites: string;
}

const NONE: readonly EdgeRecord[] = [];

/** Every edge of the current graph, by both ends. */
export class EdgeIndex {
  readonly #out = new Map<string, EdgeRecord[]>();
  readonly #in = new Map<string, EdgeRecord[]>();
  readonly #texts = new Map<string, string>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  from(key: string): readonly EdgeRecord[] {
    return this.#out.get(key) ?? NONE;
  }

  to(key: string): readonly EdgeRecord[] {
    return this.#in.get(key) ?? NONE;
  }

  *all(): Generator<EdgeRecord> {
    for (const records of this.#out.values()) yield* records;
  }

  *tuples(): Generator<Tuple> {
    for (const record of this.all()) yield encodeRecord(record);
  }

  /** Puts an edge, replacing the one with the same ends and kind. */
  put(tuple: Tuple): void {
    const [from, kind, to, resolution, reason, sites] = tuple as readonly string[];
    if (this.#out.has(from ?? '')) this.remove([from ?? '', kind ?? '', to ?? '']);
    const record: EdgeRecord = {
      from: this.#share(from) as RowKey,
      to: this.#share(to) as RowKey,
      kind: this.#share(kind) as EdgeKind,
      resolution: this.#share(resolution) as Resolution,
      reason: this.#share(reason),
      sites: sites ?? '[]',
    };
    append(this.#out, record.from, record);
    append(this.#in, record.to, record);
    this.#size += 1;
  }

  remove(key: Tuple): void {
    const [from, kind, to] = key as readonly string[];
    const records = this.#out.get(from ?? '');
    const at = records?.findIndex((record) => record.to === to && record.kind === kind) ?? -1;
    const record = records?.[at];
    if (records === undefined || record === undefined) return;
    drop(this.#out, record.from, record);
    drop(this.#in, record.to, record);
    this.#size -= 1;
  }

  /** One string object for equal texts: keys repeat in hundreds of thousands of edges. */
  #share(text = ''): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

export function encodeRecord(record: EdgeRecord): Tuple {
  return [record.from, record.kind, record.to, record.resolution, record.reason, record.sites];
}

export function decodeRecord(record: EdgeRecord): Edge {
  return { ...record, sites: decodeSites(JSON.parse(record.sites) as number[]) };
}

/** Orders by source, kind, target. */
export function compareEdges(a: EdgeRecord, b: EdgeRecord): number {
  return compareText(a.from, b.from) || compareText(a.kind, b.kind) || compareText(a.to, b.to);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function append(map: Map<string, EdgeRecord[]>, key: string, record: EdgeRecord): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [record]);
  else list.push(record);
}

function drop(map: Map<string, EdgeRecord[]>, key: string, record: EdgeRecord): void {
  const list = map.get(key);
  const at = list?.indexOf(record) ?? -1;
  if (list === undefined || at < 0) return;
  const last = list.pop() as EdgeRecord;
  if (at < list.length) list[at] = last;
  if (list.length === 0) map.delete(key);
}
