import type { Row, RowKey } from '@parseltongue/isg-core';
import type { Tuple } from '../schema/relations.js';

/** What lists, searches and walks need of a row, without its code. */
export interface CatalogEntry {
  key: RowKey;
  file: string;
  kind: Row['kind'];
  name: string;
  visibility: Row['visibility'];
  tdd: Row['tdd_classification'];
  crate: string | null;
  parentKey: RowKey | null;
  line: number;
  tokenCount: number;
  contentHash: string;
  signature: string;
}

/** Every row of the current graph by key and by file. */
export class RowCatalog {
  readonly #byKey = new Map<string, CatalogEntry>();
  readonly #keysByFile = new Map<string, Set<RowKey>>();
  #sorted: CatalogEntry[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): CatalogEntry | undefined {
    return this.#byKey.get(key);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  keysOfFile(path: string): readonly RowKey[] {
    return [...(this.#keysByFile.get(path) ?? [])];
  }

  /** All entries in key order. The array is shared: read it only. */
  sorted(): readonly CatalogEntry[] {
    this.#sorted ??= [...this.#byKey.values()].sort(compareKeys);
    return this.#sorted;
  }

  put(tuple: Tuple): void {
    const entry = readEntry(tuple);
    this.#byKey.set(entry.key, entry);
    const keys = this.#keysByFile.get(entry.file);
    if (keys === undefined) this.#keysByFile.set(entry.file, new Set([entry.key]));
    else keys.add(entry.key);
    this.#sorted = undefined;
  }

  remove(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    const keys = this.#keysByFile.get(entry.file);
    keys?.delete(entry.key);
    if (keys?.size === 0) this.#keysByFile.delete(entry.file);
    this.#sorted = undefined;
  }
}

/** The entry of a row that is not stored, as a plan would make it. */
export function createEntry(row: Row): CatalogEntry {
  return {
    key: row.isgl1_key,
    file: row.file,
    kind: row.kind,
    name: row.name,
    visibility: row.visibility,
    tdd: row.tdd_classification,
    crate: row.crate,
    parentKey: row.parent_key,
    line: row.line,
    tokenCount: row.token_count,
    contentHash: row.content_hash,
    signature: row.interface_signature,
  };
}

/** Orders by key, by UTF-16 units. */
export function compareKeys(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function readEntry(tuple: Tuple): CatalogEntry {
  const [key, file, kind, name, visibility, tdd, crate, , parent, line, tokens, hash, signature] = tuple;
  return {
    key: key as RowKey,
    file: file as string,
    kind: kind as CatalogEntry['kind'],
    name: name as string,
    visibility: visibility as CatalogEntry['visibility'],
    tdd: tdd as CatalogEntry['tdd'],
    crate: crate as string | null,
    parentKey: parent as RowKey | null,
    line: line as number,
    tokenCount: tokens as number,
    contentHash: hash as string,
    signature: signature as string,
  };
}
