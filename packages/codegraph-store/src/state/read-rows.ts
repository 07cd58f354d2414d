import { createHash } from 'node:crypto';
import type { LspMetaData, Row, RowKey, Summary } from '@parseltongue/isg-core';
import { RELATIONS, type RelationName, type Tuple } from '../schema/relations.js';
import { decodeChunk, decodeCompilerFacts, decodeSummary, joinRow } from '../schema/row-codec.js';
import type { GraphState } from './graph-state.js';
import { queryTables } from './tables.js';

const ROW_COLUMNS = RELATIONS.rows.columns.join(', ');
const ONE_ROW = `?[${ROW_COLUMNS}, current_code] := *rows{key: $key, ${RELATIONS.rows.columns.slice(1).join(', ')}},
  *code{key: $key, current_code}, key = $key`;
const MANY_ROWS = `wanted[key] <- $keys
?[${ROW_COLUMNS}, current_code] := wanted[key], *rows{${ROW_COLUMNS}}, *code{key, current_code}`;

/** One row of the current graph; undefined when there is none. */
export function readRow(state: GraphState, key: RowKey): Row | undefined {
  const { rows } = queryTables(state, ['rows', 'code'], { script: ONE_ROW, params: { key } });
  return rows[0] === undefined ? undefined : joinFacts(state, rows)[0];
}

/** The current rows of the given keys, in the order of the keys; unknown keys are left out. */
export function readRows(state: GraphState, keys: readonly RowKey[]): Row[] {
  if (keys.length === 0) return [];
  const params = { keys: keys.map((key) => [key]) };
  const { rows } = queryTables(state, ['rows', 'code'], { script: MANY_ROWS, params });
  const byKey = new Map(joinFacts(state, rows).map((row) => [row.isgl1_key, row]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

/** The tuples of the given keys from a relation whose only key column is `key`. */
export function readTuples(
  state: GraphState,
  relation: RelationName,
  keys: readonly string[],
): Map<string, Tuple> {
  if (keys.length === 0) return new Map();
  const columns = RELATIONS[relation].columns.join(', ');
  const script = `wanted[key] <- $keys\n?[${columns}] := wanted[key], *${relation}{${columns}}`;
  const { rows } = queryTables(state, [relation], { script, params: { keys: keys.map((key) => [key]) } });
  return new Map(rows.map((tuple) => [tuple[0] as string, tuple]));
}

/** sha-256 of the UTF-8 bytes of a text, in hex. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function joinFacts(state: GraphState, tuples: readonly Tuple[]): Row[] {
  const keys = tuples.map((tuple) => tuple[0] as string);
  const summaries = readTuples(state, 'summaries', keys);
  const facts = readTuples(state, 'compiler_facts', keys);
  return tuples.map((tuple) => {
    const key = tuple[0] as string;
    const chunk = decodeChunk(tuple, tuple[tuple.length - 1] as string);
    const summary: Summary | null = mapTuple(summaries.get(key), decodeSummary);
    const compiler: LspMetaData | null = mapTuple(facts.get(key), decodeCompilerFacts);
    return joinRow(chunk, compiler, summary);
  });
}

function mapTuple<T>(tuple: Tuple | undefined, decode: (tuple: Tuple) => T): T | null {
  return tuple === undefined ? null : decode(tuple);
}
