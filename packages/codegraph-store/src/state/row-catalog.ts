import type { Row, RowKey } from '@parseltongue/isg-core';
import type { Tuple } from '../schema/relations.js';
import { IntList } from './int-list.js';
import { TextPool } from './text-pool.js';
import type { TextTable } from './text-table.js';

/** What lists, searches and walks need of a row, without its code. */
export interface CatalogEntry {
  readonly key: RowKey;
  readonly file: string;
  readonly kind: Row['kind'];
  readonly name: string;
  readonly visibility: Row['visibility'];
  readonly tdd: Row['tdd_classification'];
  readonly crate: string | null;
  readonly parentKey: RowKey | null;
  readonly line: number;
  readonly tokenCount: number;
  readonly contentHash: string;
  readonly signature: string;
}

const NONE = -1;
const TEXT_COLUMNS = ['key', 'file', 'kind', 'name', 'visibility', 'tdd', 'crate', 'parentKey'] as const;
type TextColumn = (typeof TEXT_COLUMNS)[number];
/** Where each text column stands in a tuple of `rows`. */
const PLACES: Record<TextColumn, number> = {
  key: 0,
  file: 1,
  kind: 2,
  name: 3,
  visibility: 4,
  tdd: 5,
  crate: 6,
  parentKey: 8,
};

/**
 * Every row of the current graph by key and by file, in columns.
 *
 * Names are numbers of one table of texts; signatures and hashes lie in pools of bytes: a row takes some 250 bytes.
 */
export class RowCatalog {
  readonly #texts: TextTable;
  readonly #columns: Record<TextColumn, IntList>;
  readonly #lines = new IntList();
  readonly #tokenCounts = new IntList();
  readonly #signatures = new TextPool();
  readonly #hashes = new TextPool();
  /** Row by the number of its key. */
  readonly #rowOfKey = new IntList(NONE);
  readonly #rowsOfFile = new Map<number, number[]>();
  readonly #free: number[] = [];
  #rowCount = 0;
  #sorted: CatalogEntry[] | undefined;

  constructor(texts: TextTable) {
    this.#texts = texts;
    this.#columns = Object.fromEntries(TEXT_COLUMNS.map((name) => [name, new IntList(NONE)])) as Record<
      TextColumn,
      IntList
    >;
  }

  get size(): number {
    return this.#rowCount - this.#free.length;
  }

  get(key: string): CatalogEntry | undefined {
    const row = this.#find(key);
    return row === undefined ? undefined : new StoredEntry(this, row);
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  keysOfFile(path: string): readonly RowKey[] {
    const file = this.#texts.find(path);
    const rows = file === undefined ? undefined : this.#rowsOfFile.get(file);
    return (rows ?? []).map((row) => this.text('key', row) as RowKey);
  }

  /** All entries in key order. The array is shared: read it only, and not after a write. */
  sorted(): readonly CatalogEntry[] {
    this.#sorted ??= this.#sort();
    return this.#sorted;
  }

  put(tuple: Tuple): void {
    const key = this.#texts.add(tuple[0] as string);
    const known = this.#rowOfKey.get(key);
    if (known !== NONE) this.#unlink(known);
    else this.#sorted = undefined;
    const row = known === NONE ? (this.#free.pop() ?? this.#rowCount++) : known;
    for (const column of TEXT_COLUMNS) {
      const text = tuple[PLACES[column]] as string | null;
      this.#columns[column].set(row, text === null ? NONE : this.#texts.add(text));
    }
    this.#lines.set(row, tuple[9] as number);
    this.#tokenCounts.set(row, tuple[10] as number);
    this.#hashes.set(row, tuple[11] as string);
    this.#signatures.set(row, tuple[12] as string);
    this.#rowOfKey.set(key, row);
    this.#link(row);
  }

  remove(key: string): void {
    const row = this.#find(key);
    if (row === undefined) return;
    this.#unlink(row);
    this.#rowOfKey.set(this.#columns.key.get(row), NONE);
    this.#columns.key.set(row, NONE);
    this.#free.push(row);
    this.#sorted = undefined;
  }

  /** A text column of a row; empty for null. */
  text(column: TextColumn, row: number): string {
    const number = this.#columns[column].get(row);
    return number === NONE ? '' : this.#texts.get(number);
  }

  isNull(column: TextColumn, row: number): boolean {
    return this.#columns[column].get(row) === NONE;
  }

  line(row: number): number {
    return this.#lines.get(row);
  }

  tokenCount(row: number): number {
    return this.#tokenCounts.get(row);
  }

  hash(row: number): string {
    return this.#hashes.get(row);
  }

  signature(row: number): string {
    return this.#signatures.get(row);
  }

  #find(key: string): number | undefined {
    const number = this.#texts.find(key);
    const row = number === undefined ? NONE : this.#rowOfKey.get(number);
    return row === NONE ? undefined : row;
  }

  #link(row: number): void {
    const file = this.#columns.file.get(row);
    const rows = this.#rowsOfFile.get(file);
    if (rows === undefined) this.#rowsOfFile.set(file, [row]);
    else rows.push(row);
  }

  #unlink(row: number): void {
    const file = this.#columns.file.get(row);
    const rows = this.#rowsOfFile.get(file) ?? [];
    rows.splice(rows.indexOf(row), 1);
    if (rows.length === 0) this.#rowsOfFile.delete(file);
  }

  #sort(): CatalogEntry[] {
    const rows: { key: string; row: number }[] = [];
    for (let row = 0; row < this.#rowCount; row += 1)
      if (!this.isNull('key', row)) rows.push({ key: this.text('key', row), row });
    return rows.sort(compareKeys).map(({ row }) => new StoredEntry(this, row));
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

/** A row as its catalog holds it: columns are read when asked for. Valid until the next write. */
class StoredEntry implements CatalogEntry {
  readonly #catalog: RowCatalog;
  readonly #row: number;

  constructor(catalog: RowCatalog, row: number) {
    this.#catalog = catalog;
    this.#row = row;
  }

  get key(): RowKey {
    return this.#catalog.text('key', this.#row) as RowKey;
  }

  get file(): string {
    return this.#catalog.text('file', this.#row);
  }

  get kind(): Row['kind'] {
    return this.#catalog.text('kind', this.#row) as Row['kind'];
  }

  get name(): string {
    return this.#catalog.text('name', this.#row);
  }

  get visibility(): Row['visibility'] {
    return this.#catalog.text('visibility', this.#row) as Row['visibility'];
  }

  get tdd(): Row['tdd_classification'] {
    return this.#catalog.text('tdd', this.#row) as Row['tdd_classification'];
  }

  get crate(): string | null {
    return this.#catalog.isNull('crate', this.#row) ? null : this.#catalog.text('crate', this.#row);
  }

  get parentKey(): RowKey | null {
    if (this.#catalog.isNull('parentKey', this.#row)) return null;
    return this.#catalog.text('parentKey', this.#row) as RowKey;
  }

  get line(): number {
    return this.#catalog.line(this.#row);
  }

  get tokenCount(): number {
    return this.#catalog.tokenCount(this.#row);
  }

  get contentHash(): string {
    return this.#catalog.hash(this.#row);
  }

  get signature(): string {
    return this.#catalog.signature(this.#row);
  }
}
