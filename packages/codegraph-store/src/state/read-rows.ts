import { createHash } from 'node:crypto';
import type { LspMetaData, Row, RowKey, Summary } from '@parseltongue/isg-core';
import type { RelationName, Tuple } from '../schema/relations.js';
import { decodeChunk, decodeCompilerFacts, decodeSummary, joinRow } from '../schema/row-codec.js';
import type { GraphState } from './graph-state.js';
import { readTuple } from './tables.js';

/** One row of the current graph; undefined when there is none. */
export function readRow(state: GraphState, key: string): Row | undefined {
  const row = readTuple(state, 'rows', key);
  if (row === undefined) return undefined;
  const code = readTuple(state, 'code', key);
  const chunk = decodeChunk(row, (code?.[1] ?? '') as string);
  const facts: LspMetaData | null = mapTuple(readTuple(state, 'compiler_facts', key), decodeCompilerFacts);
  const summary: Summary | null = mapTuple(readTuple(state, 'summaries', key), decodeSummary);
  return joinRow(chunk, facts, summary);
}

/** The current rows of the given keys, in the order of the keys; unknown keys are left out. */
export function readRows(state: GraphState, keys: readonly RowKey[]): Row[] {
  return keys.flatMap((key) => readRow(state, key) ?? []);
}

/** The tuples of the given keys from a relation whose only key column is `key`. */
export function readTuples(
  state: GraphState,
  relation: RelationName,
  keys: readonly string[],
): Map<string, Tuple> {
  const tuples = new Map<string, Tuple>();
  for (const key of keys) {
    const tuple = readTuple(state, relation, key);
    if (tuple !== undefined) tuples.set(key, tuple);
  }
  return tuples;
}

/** sha-256 of the UTF-8 bytes of a text, in hex. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function mapTuple<T>(tuple: Tuple | undefined, decode: (tuple: Tuple) => T): T | null {
  return tuple === undefined ? null : decode(tuple);
}
