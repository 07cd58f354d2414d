import type { Change, RelationName, Tuple } from '../schema/relations.js';

export interface NamedRows {
  headers: string[];
  rows: Tuple[];
}

/** Memory, or files below the graph's directory that live as long as the store is open. */
export type CozoStorage = 'mem' | 'sqlite' | 'rocksdb';

export type CozoParam = string | number | boolean | null | readonly CozoParam[];

/** What an engine can do; the contract suite reads this instead of guessing. */
export interface EngineCapabilities {
  name: 'cozo-wasm' | 'cozo-node';
  version: string;
  /** Where relations lie while the store is open. */
  storages: readonly CozoStorage[];
  /** `::fts` and `::hnsw` are fast enough to be used. */
  hasTextAndVectorIndex: boolean;
  /** PageRank and the other fixed rules are compiled in. */
  hasGraphAlgorithms: boolean;
}

/** The engine of a store, and where it keeps its copy of the relations. */
export interface EngineSetup {
  name: EngineCapabilities['name'];
  storage: CozoStorage;
}

/**
 * A CozoDB that holds relations for raw scripts; it lives in a worker thread, because calls may block it.
 *
 * What it holds is a copy: the snapshot and the journal are the durable truth with every engine.
 */
export interface CozoEngine {
  readonly capabilities: EngineCapabilities;
  readonly storage: CozoStorage;
  /**
   * Runs a script that cannot write. Values reach it only as bound parameters.
   *
   * @throws StoreError PT_STORE_QUERY_INVALID, PT_STORE_QUERY_WRITES, PT_STORE_ENGINE_FAILED
   */
  read(script: string, params?: Readonly<Record<string, CozoParam>>): NamedRows | Promise<NamedRows>;
  createRelation(relation: RelationName): Promise<void> | void;
  /** Applies the changes as one transaction of the engine per 5,000 tuples. */
  apply(changes: readonly Change[]): Promise<void> | void;
  /** Puts tuples that are already encoded as `{"<relation>": {"headers": [..], "rows": [..]}}`. */
  importJson(json: string): Promise<void> | void;
  /** Makes room before a load, because growing in small steps is what makes a load slow. */
  reserve(sizeBytes: number): void;
  memoryBytes(): number;
  close(): void;
}
