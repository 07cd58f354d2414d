import { pathOfKey, type Row, type RowKey, type Summary } from '@parseltongue/isg-core';
import { RELATION_NAMES, RELATIONS, type Tuple } from '../schema/relations.js';
import { encodeChunk, encodeCode, encodeCompilerFacts, encodeSummary } from '../schema/row-codec.js';
import { commitChanges } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { reportUnknownRow } from '../state/graph-view.js';
import { openCatalog } from '../state/indexes.js';
import { readTuples } from '../state/read-rows.js';
import { scanTuples } from '../state/tables.js';
import { change, single } from './commit-draft.js';
import { assertChunk, checked, reportRecord } from './ingest-draft.js';

/** @throws StoreError PT_STORE_ROW_UNKNOWN when a summary is for no row; none is stored then */
export function putSummaries(
  state: GraphState,
  summaries: readonly { key: RowKey; summary: Summary }[],
): void {
  const catalog = openCatalog(state);
  const missing = summaries.find(({ key }) => !catalog.has(key));
  if (missing !== undefined) throw reportUnknownRow(missing.key);
  const last = new Map(summaries.map(({ key, summary }) => [key, checked(key, encodeSummary(key, summary))]));
  commitChanges(state, [change('summaries', [...last.values()], [])], 'put summaries');
}

/**
 * Puts complete rows over whatever is there.
 *
 * @throws StoreError PT_STORE_RECORD_INVALID for a row with a planned future: plans come in through propose
 */
export function putRows(state: GraphState, rows: readonly Row[]): void {
  for (const row of rows) assertImportable(row);
  const last = [...new Map(rows.map((row) => [row.isgl1_key, row])).values()];
  const summaries = last.flatMap((row) =>
    row.llm_summary === null ? [] : [encodeSummary(row.isgl1_key, row.llm_summary)],
  );
  const facts = last.flatMap((row) =>
    row.lsp_meta_data === null ? [] : [encodeCompilerFacts(row.isgl1_key, row.lsp_meta_data)],
  );
  const keys = last.map((row) => row.isgl1_key);
  commitChanges(
    state,
    [
      change(
        'rows',
        last.map((row) => checked(row.isgl1_key, encodeChunk(row))),
        [],
      ),
      change(
        'code',
        last.map((row) => checked(row.isgl1_key, encodeCode(row))),
        [],
      ),
      change('summaries', summaries, [...readTuples(state, 'summaries', keys).keys()].map(single)),
      change('compiler_facts', facts, [...readTuples(state, 'compiler_facts', keys).keys()].map(single)),
    ],
    'import rows',
  );
}

/** Empties every relation in one transaction. */
export function resetGraph(state: GraphState): void {
  const changes = RELATION_NAMES.map((relation) => {
    const { keyCount } = RELATIONS[relation];
    const removes = [...scanTuples(state, relation)].map((tuple): Tuple => tuple.slice(0, keyCount));
    return { relation, puts: [], removes };
  });
  commitChanges(state, changes, 'reset');
}

/** @throws StoreError PT_STORE_RECORD_INVALID for a row with a planned future, PT_STORE_ROW_TOO_LARGE */
export function assertImportable(row: Row): void {
  assertChunk(row);
  if (row.future_action !== 'None' || row.current_ind !== 1) {
    throw reportRecord(row.isgl1_key, `it has the planned future ${row.future_action}`);
  }
  if (row.parent_key !== null && pathOfKey(row.parent_key) !== row.file) {
    throw reportRecord(row.isgl1_key, 'its parent is in another file');
  }
}
