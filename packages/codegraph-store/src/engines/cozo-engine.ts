import type { Change, RelationName, Tuple } from '../schema/relations.js';

export interface NamedRows {
  headers: string[];
  rows: Tuple[];
}

export type CozoParam = string | number | boolean | null | readonly CozoParam[];

/** What an engine can do; the contract suite reads this instead of guessing. */
export interface EngineCapabilities {
  name: 'cozo-wasm' | 'cozo-node';
  version: string;
  /** The engine keeps its own files; otherwise the snapshot and the journal are the only durable truth. */
  isPersistent: boolean;
  /** `::fts` and `::hnsw` are fast enough to be used. */
  hasTextAndVectorIndex: boolean;
  /** PageRank and the other fixed rules are compiled in. */
  hasGraphAlgorithms: boolean;
}

/** A CozoDB that holds relations in memory. Calls are synchronous, so it lives in a worker thread. */
export interface CozoEngine {
  readonly capabilities: EngineCapabilities;
  /**
   * Runs a script that cannot write. Values reach it only as bound parameters.
   *
   * @throws StoreError PT_STORE_QUERY_INVALID, PT_STORE_QUERY_WRITES, PT_STORE_ENGINE_FAILED
   */
  read(script: string, params?: Readonly<Record<string, CozoParam>>): NamedRows;
  createRelation(relation: RelationName): void;
  /** Applies the changes as one transaction of the engine per 5,000 tuples. */
  apply(changes: readonly Change[]): void;
  /** Puts tuples that are already encoded as `{"<relation>": {"headers": [..], "rows": [..]}}`. */
  importJson(json: string): void;
  /** Makes room before a load, because growing in small steps is what makes a load slow. */
  reserve(sizeBytes: number): void;
  memoryBytes(): number;
  close(): void;
}
