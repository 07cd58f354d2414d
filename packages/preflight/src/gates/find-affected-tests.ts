import { type GraphReader, type Proposal, parseKey, type Row, type RowKey } from '@parseltongue/isg-core';
import { findCallingMacros, readMacroCalls } from './macro-calls.js';

const MAX_ROWS = 4000;
const MAX_DEPTH = 8;
const TEST_KINDS = new Set(['function', 'method']);

/**
 * Names of tests that reach the changed rows, nearest first, as filters for the test harness.
 *
 * Tests of the proposal itself come first; what macros call is told by the words in them. The answer orders tests; it never
 * says that others may be skipped, because tests that run a binary and trait dispatch leave no edge.
 */
export async function findAffectedTests(proposal: Proposal, graph: GraphReader): Promise<string[]> {
  const names = new Set<string>();
  for (const change of proposal.rows) {
    if (change.row !== null && isTest(change.row)) names.add(formatTestFilter(change.key));
  }
  const seen = new Set<RowKey>(proposal.rows.map((change) => change.key));
  const macros = await readMacroCalls(graph);
  let frontier = proposal.rows.filter((change) => change.row?.kind !== 'file').map((change) => change.key);
  for (let depth = 0; depth < MAX_DEPTH && frontier.length > 0 && seen.size < MAX_ROWS; depth += 1) {
    const edges = await graph.edgesTo(frontier, {
      kinds: ['calls', 'uses_type', 'tests', 'uses_macro', 'implements'],
    });
    const callers = [...edges.map((edge) => edge.from), ...findCallingMacros(macros, frontier)];
    frontier = [...new Set(callers)].filter((key) => !seen.has(key)).sort();
    for (const key of frontier) {
      seen.add(key);
      const row = await graph.getRow(key);
      if (row !== undefined && isTest(row)) names.add(formatTestFilter(key));
    }
  }
  return [...names];
}

/** True for the row of a function that is a test. */
export function isTest(row: Pick<Row, 'tdd_classification' | 'kind'>): boolean {
  return row.tdd_classification === 'TEST_IMPLEMENTATION' && TEST_KINDS.has(row.kind);
}

/** The end of the harness's name for a test: inline modules and the function. */
export function formatTestFilter(key: RowKey): string {
  const { container, name } = parseKey(key);
  return [...container, name].join('::');
}
