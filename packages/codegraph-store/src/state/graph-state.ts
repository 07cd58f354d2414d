import type { JournalWriter } from '../durable/journal.js';
import type { HeldLock } from '../durable/lock.js';
import type { Snapshot } from '../durable/snapshot.js';
import type { CozoEngine } from '../engines/cozo-engine.js';
import type { StoreError } from '../errors.js';
import type { RelationName, Tuple } from '../schema/relations.js';
import type { TextIndex } from '../search/text-index.js';
import type { VectorIndex } from '../vectors/rank-by-vector.js';
import type { EdgeIndex } from './edge-index.js';
import type { PlanView } from './plan-view.js';
import type { RowCatalog } from './row-catalog.js';
import type { TextTable } from './text-table.js';
import type { TuplePlaces } from './tuple-places.js';

/** A relation as this process holds it: what the snapshot holds, by place or by value, and what was written since. */
export interface Table {
  /** The engine holds it, too. */
  isLoaded: boolean;
  /** What was written since the snapshot, by {@link identifyTuple}; null for a tuple that was removed. */
  overlay: Map<string, Tuple | null>;
  /** Tuples of the snapshot by their identity, for relations that are small or of an old format. */
  values: Map<string, Tuple> | undefined;
  /** Where the tuples of the snapshot lie, for relations with one key and much text. */
  places: TuplePlaces | undefined;
}

/** What is derived from the relations, built when first asked for and kept in step with every write. */
export interface Indexes {
  /** Keys, paths and names, shared by every index. */
  texts: TextTable;
  catalog: RowCatalog | undefined;
  edges: EdgeIndex | undefined;
  /** Unresolved references by row; rows without any are absent. */
  unresolved: Map<string, number> | undefined;
  /** Share of unanswered references in the whole graph. Dropped by every write. */
  unresolvedShare: number | undefined;
  text: TextIndex | undefined;
  /** Dropped by every write. */
  planViews: Map<string, PlanView>;
  /** Size of each file in bytes. Dropped by every write. */
  fileSizes: Map<string, number> | undefined;
  vectors: VectorIndex | undefined;
}

/** One open graph, owned by one thread. */
export interface GraphState {
  dir: string;
  readOnly: boolean;
  lock: HeldLock | undefined;
  engine: CozoEngine;
  snapshot: Snapshot | undefined;
  /** Undefined when read-only, or when the journal must be started anew before the next write. */
  journal: JournalWriter | undefined;
  journalBytes: number;
  /** Number of the last acknowledged write. */
  seq: number;
  /** Bytes of an unacknowledged tail that opening cut away. */
  cutBytes: number;
  tables: Record<RelationName, Table>;
  indexes: Indexes;
  /** Set when memory may differ from the disk; every later call is refused with it. */
  failure: StoreError | undefined;
}
