import type { JournalWriter } from '../durable/journal.js';
import type { HeldLock } from '../durable/lock.js';
import type { Snapshot } from '../durable/snapshot.js';
import type { CozoEngine } from '../engines/cozo-engine.js';
import type { StoreError } from '../errors.js';
import type { Change, RelationName } from '../schema/relations.js';
import type { TextIndex } from '../search/text-index.js';
import type { EdgeIndex } from './edge-index.js';
import type { PlanView } from './plan-view.js';
import type { RowCatalog } from './row-catalog.js';

/** A relation as this process holds it: in the snapshot and what was written since, and in the engine once asked for. */
export interface Table {
  /** The engine holds it, too. */
  isLoaded: boolean;
  /** What was written since the snapshot. */
  pending: Change[];
}

/** What is derived from the relations, built when first asked for and kept in step with every write. */
export interface Indexes {
  catalog: RowCatalog | undefined;
  edges: EdgeIndex | undefined;
  /** Unresolved references by row; rows without any are absent. */
  unresolved: Map<string, number> | undefined;
  /** Share of unanswered references in the whole graph. Dropped by every write. */
  unresolvedShare: number | undefined;
  text: TextIndex | undefined;
  /** Dropped by every write. */
  planViews: Map<string, PlanView>;
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
