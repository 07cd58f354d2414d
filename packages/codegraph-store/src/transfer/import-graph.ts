import type { GraphRecord } from '../contract-change.js';
import { StoreError } from '../errors.js';
import { RELATION_NAMES, type RelationName, type Tuple } from '../schema/relations.js';
import {
  encodeChunk,
  encodeCode,
  encodeCompilerFacts,
  encodeEdge,
  encodeFile,
  encodeFutureRow,
  encodeReferences,
  encodeSummary,
} from '../schema/row-codec.js';
import { replaceGraph } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { checked, reportRecord } from '../write/ingest-draft.js';
import { assertImportable } from '../write/put-rows.js';

/** An import under way: nothing of it is visible before it is committed. */
export interface GraphImport {
  tuples: Record<RelationName, Tuple[]>;
}

export function createImport(): GraphImport {
  const tuples = Object.fromEntries(RELATION_NAMES.map((name): [RelationName, Tuple[]] => [name, []]));
  return { tuples: tuples as Record<RelationName, Tuple[]> };
}

/** @throws StoreError PT_STORE_RECORD_INVALID, PT_STORE_ROW_TOO_LARGE */
export function addGraphRecord({ tuples }: GraphImport, record: GraphRecord): void {
  const put = (relation: RelationName, subject: string, tuple: Tuple) =>
    void tuples[relation].push(checked(subject, tuple));
  switch (record.type) {
    case 'graph':
      assertContract(record.contract);
      break;
    case 'file':
      put('files', record.file.path, encodeFile(record.file));
      break;
    case 'row':
      addRow(tuples, record.row);
      break;
    case 'edge':
      put('edges', record.edge.from, encodeEdge(record.edge));
      break;
    case 'references':
      put('references', record.references.key, encodeReferences(record.references));
      break;
    default:
      addAccount(put, record);
  }
}

/**
 * Makes the records the whole graph, in one step.
 *
 * @throws StoreError PT_STORE_KEY_DUPLICATE, PT_STORE_EDGE_DANGLING, PT_STORE_RECORD_INVALID; nothing has changed then
 */
export function commitImport(
  state: GraphState,
  { tuples }: GraphImport,
): { files: number; rows: number; edges: number } {
  assertWhole(tuples);
  replaceGraph(state, (relation) => tuples[relation], 'import a graph');
  return { files: tuples.files.length, rows: tuples.rows.length, edges: tuples.edges.length };
}

type Account = Extract<GraphRecord, { type: 'skipped' | 'diagnostic' | 'plan' | 'future' | 'meta' }>;

function addAccount(
  put: (relation: RelationName, subject: string, tuple: Tuple) => void,
  record: Account,
): void {
  if (record.type === 'skipped') {
    const { path, reason, detail } = record.skipped;
    put('skipped', path, [path, reason, detail ?? null]);
  } else if (record.type === 'diagnostic') {
    const { path, span, message, line, severity } = record.diagnostic;
    put('diagnostics', path, [path, span.start, span.end, message, line, severity]);
  } else if (record.type === 'plan') put('plans', record.plan, [record.plan, record.proposed_at]);
  else if (record.type === 'future')
    put('future', record.future.key, encodeFutureRow(record.plan, record.future, record.base_hash));
  else put('meta', record.name, [record.name, record.value]);
}

function addRow(tuples: GraphImport['tuples'], row: Extract<GraphRecord, { type: 'row' }>['row']): void {
  assertImportable(row);
  const key = row.isgl1_key;
  tuples.rows.push(checked(key, encodeChunk(row)));
  tuples.code.push(checked(key, encodeCode(row)));
  if (row.llm_summary !== null) tuples.summaries.push(checked(key, encodeSummary(key, row.llm_summary)));
  if (row.lsp_meta_data !== null)
    tuples.compiler_facts.push(checked(key, encodeCompilerFacts(key, row.lsp_meta_data)));
}

/** What an ingest checks of a stream, checked of the whole. */
function assertWhole(tuples: GraphImport['tuples']): void {
  const keys = assertRows(tuples);
  for (const [from, , to] of tuples.edges) {
    const missing = [from, to].find((key) => !keys.has(key));
    if (missing !== undefined) throw reportDangling(String(from), String(to), String(missing));
  }
  for (const [key] of tuples.references)
    if (!keys.has(key)) throw reportRecord(String(key), 'its reference counts belong to no row');
}

/** Every row has its file and its parent, and no other has its key; returns the keys. */
function assertRows(tuples: GraphImport['tuples']): Set<unknown> {
  const files = new Set<unknown>(tuples.files.map((tuple) => tuple[0]));
  const keys = new Set<unknown>(tuples.rows.map((tuple) => tuple[0]));
  if (keys.size !== tuples.rows.length) throw reportTwice(tuples.rows);
  for (const [key, file, , , , , , , parent] of tuples.rows) {
    if (!files.has(file)) throw reportRecord(String(key), `its file ${String(file)} is not in the export`);
    if (parent !== null && !keys.has(parent))
      throw reportRecord(String(key), `its parent ${String(parent)} is not in the export`);
  }
  return keys;
}

function assertContract(contract: string): void {
  if (contract !== 'pt.graph/1') throw reportRecord(contract, 'this version reads exports of pt.graph/1');
}

function reportDangling(from: string, to: string, missing: string): StoreError {
  return new StoreError('PT_STORE_EDGE_DANGLING', {
    message: `The edge from ${from} to ${to} names a row that does not exist: ${missing}. Nothing was written`,
    details: { from, to, missing },
  });
}

function reportTwice(rows: readonly Tuple[]): StoreError {
  const seen = new Set<unknown>();
  const key = String(rows.find(([own]) => seen.size === seen.add(own).size)?.[0]);
  return new StoreError('PT_STORE_KEY_DUPLICATE', {
    message: `Two rows share the key ${key}. Nothing was written; keys must be unique`,
    details: { key },
  });
}
