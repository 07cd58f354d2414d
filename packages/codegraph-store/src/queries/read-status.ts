import { readMeta } from '../answer/describe-answer.js';
import type { StoreStatus } from '../contract.js';
import { FORMAT_VERSION } from '../durable/format.js';
import type { RelationName } from '../schema/relations.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog, openEdges } from '../state/indexes.js';
import { scanTuples } from '../state/tables.js';

/** What the store holds and how it is kept. */
export function readStatus(state: GraphState): StoreStatus {
  return {
    engine: state.engine.capabilities.name,
    engine_version: state.engine.capabilities.version,
    engine_storage: state.engine.storage,
    has_graph_algorithms: state.engine.capabilities.hasGraphAlgorithms,
    format: FORMAT_VERSION,
    files: count(state, 'files'),
    rows: openCatalog(state).size,
    edges: openEdges(state).size,
    plans: count(state, 'plans'),
    skipped: count(state, 'skipped'),
    diagnostics: count(state, 'diagnostics'),
    indexed_at: readMeta(state, 'indexed_at'),
    snapshot_bytes: state.snapshot?.sizeBytes ?? 0,
    journal_bytes: state.journalBytes,
    engine_memory_bytes: state.engine.memoryBytes(),
    recovered_bytes: state.cutBytes,
  };
}

/** Names of the stored plans, in order. */
export function listPlans(state: GraphState): string[] {
  return [...scanTuples(state, 'plans')].map((tuple) => tuple[0] as string).sort();
}

function count(state: GraphState, relation: RelationName): number {
  return [...scanTuples(state, relation)].length;
}
