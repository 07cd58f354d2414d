import type { Edge, EdgeKind, Resolution, RowKey } from '@parseltongue/isg-core';
import type { Tuple } from '../schema/relations.js';
import { decodeSites } from '../schema/row-codec.js';
import { IntList } from './int-list.js';
import type { TextTable } from './text-table.js';

/** An edge as its index hands it out; its sites stay there until someone asks. */
export interface EdgeRecord {
  /** Number in the index, valid until the next write; negative for an edge that is only planned. */
  id: number;
  from: RowKey;
  to: RowKey;
  kind: EdgeKind;
  resolution: Resolution;
  reason: string;
}

/** An edge in numbers: every text is a place in a table of texts, the sites follow the five fields. */
export type CodedEdge = readonly number[];

const NONE = -1;

/**
 * Every edge of the current graph, by both ends.
 *
 * Texts are numbered once and edges are columns of integers chained by source and by target: 400,000 edges take some
 * 20 MB and load as fast as they can be read.
 */
export class EdgeIndex {
  readonly #texts: TextTable;
  /** First edge of each text as a source and as a target. */
  readonly #firstOut = new IntList(NONE);
  readonly #firstIn = new IntList(NONE);
  readonly #from = new IntList();
  readonly #to = new IntList();
  readonly #kind = new IntList();
  readonly #resolution = new IntList();
  readonly #reason = new IntList();
  readonly #nextOut = new IntList();
  readonly #nextIn = new IntList();
  readonly #sitesAt = new IntList();
  readonly #siteData = new IntList();
  #size = 0;

  constructor(texts: TextTable) {
    this.#texts = texts;
  }

  get size(): number {
    return this.#size;
  }

  from(key: string): EdgeRecord[] {
    return this.#follow(this.#texts.find(key), this.#firstOut, this.#nextOut);
  }

  to(key: string): EdgeRecord[] {
    return this.#follow(this.#texts.find(key), this.#firstIn, this.#nextIn);
  }

  *all(): Generator<EdgeRecord> {
    for (let id = 0; id < this.#from.length; id += 1) if (this.#from.get(id) !== NONE) yield this.#read(id);
  }

  *tuples(): Generator<Tuple> {
    for (const record of this.all()) yield encodeRecord(record, this.sitesOf(record));
  }

  /** Where the reference stands, as start, end, line triples; nothing for an edge that is only planned. */
  sitesOf({ id }: EdgeRecord): number[] {
    if (id < 0) return [];
    const at = this.#sitesAt.get(id);
    return Array.from({ length: this.#siteData.get(at) }, (_, i) => this.#siteData.get(at + 1 + i));
  }

  /** Puts an edge, replacing the one with the same ends and kind. */
  put(tuple: Tuple): void {
    this.remove(tuple);
    const [from, kind, to, resolution, reason, sites] = tuple as readonly string[];
    const texts = [from, kind, to, resolution, reason].map((text) => this.#texts.add(text ?? ''));
    this.#append([...texts, ...(JSON.parse(sites ?? '[]') as number[])]);
  }

  /** Adds edges that are known to be new; `numbers` says which of this index's texts each of theirs is. */
  addCoded(edges: readonly CodedEdge[], numbers: readonly number[]): void {
    for (const edge of edges) this.#append(edge, numbers);
  }

  /** The number of each text here, adding those that are new. */
  numberTexts(texts: readonly string[]): number[] {
    return texts.map((text) => this.#texts.add(text));
  }

  /** The key is the source, kind and target, as in the relation. */
  remove(key: Tuple): void {
    const from = this.#texts.find(key[0] as string);
    const kind = this.#texts.find(key[1] as string);
    const to = this.#texts.find(key[2] as string);
    if (from === undefined || kind === undefined || to === undefined) return;
    for (let id = this.#firstOut.get(from); id !== NONE; id = this.#nextOut.get(id)) {
      if (this.#to.get(id) !== to || this.#kind.get(id) !== kind) continue;
      unchain(id, from, { first: this.#firstOut, next: this.#nextOut });
      unchain(id, to, { first: this.#firstIn, next: this.#nextIn });
      this.#from.set(id, NONE);
      this.#size -= 1;
      return;
    }
  }

  #append(edge: CodedEdge, numbers?: readonly number[]): void {
    const place = (field: number) =>
      (numbers === undefined ? edge[field] : numbers[edge[field] as number]) as number;
    const from = place(0);
    const to = place(2);
    const id = this.#from.length;
    this.#from.push(from);
    this.#kind.push(place(1));
    this.#to.push(to);
    this.#resolution.push(place(3));
    this.#reason.push(place(4));
    this.#nextOut.push(this.#firstOut.get(from));
    this.#nextIn.push(this.#firstIn.get(to));
    this.#firstOut.set(from, id);
    this.#firstIn.set(to, id);
    this.#sitesAt.push(this.#siteData.length);
    this.#siteData.push(edge.length - 5);
    for (let i = 5; i < edge.length; i += 1) this.#siteData.push(edge[i] as number);
    this.#size += 1;
  }

  #follow(number: number | undefined, first: IntList, next: IntList): EdgeRecord[] {
    const records: EdgeRecord[] = [];
    if (number === undefined) return records;
    for (let id = first.get(number); id !== NONE; id = next.get(id)) records.push(this.#read(id));
    return records;
  }

  #read(id: number): EdgeRecord {
    return {
      id,
      from: this.#texts.get(this.#from.get(id)) as RowKey,
      to: this.#texts.get(this.#to.get(id)) as RowKey,
      kind: this.#texts.get(this.#kind.get(id)) as EdgeKind,
      resolution: this.#texts.get(this.#resolution.get(id)) as Resolution,
      reason: this.#texts.get(this.#reason.get(id)),
    };
  }
}

export function encodeRecord(record: EdgeRecord, sites: readonly number[]): Tuple {
  return [record.from, record.kind, record.to, record.resolution, record.reason, JSON.stringify(sites)];
}

export function decodeRecord(record: EdgeRecord, sites: readonly number[]): Edge {
  const { from, to, kind, resolution, reason } = record;
  return { from, to, kind, resolution, reason, sites: decodeSites(sites) };
}

/** Orders by source, kind, target. */
export function compareEdges(a: EdgeRecord, b: EdgeRecord): number {
  return compareText(a.from, b.from) || compareText(a.kind, b.kind) || compareText(a.to, b.to);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unchain(id: number, owner: number, chain: { first: IntList; next: IntList }): void {
  const { first, next } = chain;
  if (first.get(owner) === id) {
    first.set(owner, next.get(id));
    return;
  }
  let before = first.get(owner);
  while (next.get(before) !== id) before = next.get(before);
  next.set(before, next.get(id));
}
