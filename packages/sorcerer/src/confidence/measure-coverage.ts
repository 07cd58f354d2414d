import type { Proposal, RowKey } from '@parseltongue/isg-core';
import type { ChangeGraph } from '../ports.js';

const MAX_HOPS = 4;
/** Callers looked at for one row: what so many use and no test is near counts as not reached. */
const MAX_ROWS = 200;
/** Rows that change because a row inside them does. */
const CONTAINERS: ReadonlySet<string> = new Set(['file', 'module', 'impl', 'extern_block']);

/**
 * The share of edited code rows that a test reaches through callers, up to four hops; null when no code row is edited.
 *
 * Created rows have no callers in the graph yet and are not counted.
 */
export async function measureCoverage(graph: ChangeGraph, { rows }: Proposal): Promise<number | null> {
  const edited = rows.filter(
    ({ action, row }) =>
      action === 'Edit' && !CONTAINERS.has(row.kind) && row.tdd_classification === 'CODE_IMPLEMENTATION',
  );
  if (edited.length === 0) return null;
  const isTest = rememberTests(graph);
  let covered = 0;
  for (const { key } of edited) covered += (await isReachedByTest(key, graph, isTest)) ? 1 : 0;
  return covered / edited.length;
}

type IsTest = (key: RowKey) => Promise<boolean>;

function rememberTests(graph: ChangeGraph): IsTest {
  const known = new Map<RowKey, boolean>();
  return async (key) => {
    const isTest = known.get(key) ?? (await graph.getRow(key))?.tdd_classification === 'TEST_IMPLEMENTATION';
    known.set(key, isTest);
    return isTest;
  };
}

async function isReachedByTest(start: RowKey, graph: ChangeGraph, isTest: IsTest): Promise<boolean> {
  const seen = new Set<RowKey>([start]);
  let edge: RowKey[] = [start];
  for (let hop = 0; hop < MAX_HOPS && edge.length > 0 && seen.size < MAX_ROWS; hop += 1) {
    const edges = await graph.edgesTo(edge);
    if (edges.some(({ kind }) => kind === 'tests')) return true;
    const next = edges.filter(({ kind }) => kind !== 'contains').map(({ from }) => from);
    edge = [...new Set(next)].filter((key) => !seen.has(key)).slice(0, MAX_ROWS);
    for (const key of edge) {
      seen.add(key);
      if (await isTest(key)) return true;
    }
  }
  return false;
}
