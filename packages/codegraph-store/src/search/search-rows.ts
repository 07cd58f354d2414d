import { pathOfKey, type RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry } from '../answer/fit-answer.js';
import type { DetailLevel, SearchAnswer, SearchHit, SearchOptions } from '../contract.js';
import { StoreError } from '../errors.js';
import { encodeChunk } from '../schema/row-codec.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { openTextIndex } from '../state/indexes.js';
import { readRows, readTuples } from '../state/read-rows.js';
import { type TextHit, TextIndex } from './text-index.js';

const DEFAULT_LIMIT = 20;
const DEFAULT_TOKEN_BUDGET = 2500;
const FILE_LIMIT = 50;
/** Rows further down cannot lift a file among the best 50, whose rows are the best ones. */
const FILE_SCORE_HITS = 2000;
/** A file is as good as its best few rows: a long file does not win by length. */
const ROWS_PER_FILE_SCORE = 3;

/** BM25 in two phases: the 50 files whose rows match best, then the rows of those files. */
export function searchRows(state: GraphState, query: string, options: SearchOptions = {}): SearchAnswer {
  const limit = options.limit ?? DEFAULT_LIMIT;
  assertLimit(limit);
  const view = openView(state, options.at);
  const ranked = rankRows(state, view, { ...options, query });
  const files = rankFiles(ranked.slice(0, FILE_SCORE_HITS));
  const kept = new Set(files.map((file) => file.path));
  const inFiles = ranked.filter(({ key }) => kept.has(pathOfKey(key as RowKey)));
  const hits = createHits(state, view, {
    ranked: inFiles.slice(0, limit),
    withBodies: options.detail === 'bodies',
  });
  const fitted = fitHits(hits, {
    total: ranked.length,
    tokenBudget: options.tokenBudget ?? DEFAULT_TOKEN_BUDGET,
    detail: options.detail ?? 'signatures',
    render: renderSearchHit,
  });
  const scope = fitted.hits.map((hit) => hit.key);
  return {
    query,
    files,
    hits: fitted.hits,
    meta: describeAnswer(state, view, { tiers: DEFAULT_TIERS, fit: fitted.fit, scope }),
  };
}

function rankRows(state: GraphState, view: GraphView, options: SearchOptions & { query: string }): TextHit[] {
  const { query } = options;
  const accepts = createFilter(view, options);
  const current = openTextIndex(state).search(query, accepts);
  const { plan } = view;
  if (plan === undefined || plan.changes.length === 0) return current;
  const planned = indexPlannedRows(view).search(query, accepts);
  const changed = new Set(plan.changes.map((change) => change.key as string));
  return [...current.filter(({ key }) => !changed.has(key)), ...planned].sort(
    (a, b) => b.score - a.score || (a.key < b.key ? -1 : 1),
  );
}

/** Undefined when every row of the index is wanted. */
function createFilter(view: GraphView, options: SearchOptions): ((key: string) => boolean) | undefined {
  const { tddClass, pathPrefix } = options;
  if (view.plan === undefined && tddClass === undefined && pathPrefix === undefined) return undefined;
  return (key) => {
    const entry = view.get(key);
    if (entry === undefined || (tddClass !== undefined && entry.tdd !== tddClass)) return false;
    return pathPrefix === undefined || entry.file.startsWith(pathPrefix);
  };
}

/** The changed rows in an index of their own; its scores are close to, not equal to, those of one common index. */
function indexPlannedRows(view: GraphView): TextIndex {
  const index = new TextIndex();
  for (const { key, row } of view.plan?.changes ?? []) {
    if (row !== null && view.plan?.rows.has(key) === true) index.putRow(encodeChunk(row));
  }
  return index;
}

function rankFiles(ranked: readonly TextHit[]): { path: string; score: number }[] {
  const scores = new Map<string, { score: number; rows: number }>();
  for (const { key, score } of ranked) {
    const path = pathOfKey(key as RowKey);
    const file = scores.get(path) ?? { score: 0, rows: 0 };
    if (file.rows < ROWS_PER_FILE_SCORE) scores.set(path, { score: file.score + score, rows: file.rows + 1 });
  }
  return [...scores]
    .map(([path, { score }]) => ({ path, score: round(score) }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .slice(0, FILE_LIMIT);
}

function createHits(
  state: GraphState,
  view: GraphView,
  { ranked, withBodies }: { ranked: readonly TextHit[]; withBodies: boolean },
): SearchHit[] {
  const keys = ranked.map(({ key }) => key as RowKey);
  const summaries = readTuples(state, 'summaries', keys);
  const bodies = withBodies ? readBodies(state, view, keys) : new Map<string, string>();
  return ranked.flatMap(({ key, score }) => {
    const entry = view.get(key);
    if (entry === undefined) return [];
    const summary = summaries.get(key)?.[1];
    const hit: SearchHit = { ...renderEntry(entry, 'bodies', bodies.get(key)), score: round(score) };
    return typeof summary === 'string' ? [{ ...hit, summary }] : [hit];
  });
}

function readBodies(state: GraphState, view: GraphView, keys: readonly RowKey[]): Map<string, string> {
  const current = readRows(
    state,
    keys.filter((key) => view.plan?.rows.has(key) !== true),
  );
  const planned = keys.flatMap((key) => view.plan?.rows.get(key) ?? []);
  return new Map([...current, ...planned].map((row) => [row.isgl1_key, row.current_code]));
}

function renderSearchHit(hit: SearchHit, level: DetailLevel): SearchHit {
  const { code, signature, summary, ...rest } = hit;
  if (level === 'keys') return rest;
  const shown: SearchHit = { ...rest };
  if (signature !== undefined) shown.signature = signature;
  if (summary !== undefined) shown.summary = summary;
  if (level === 'bodies' && code !== undefined) shown.code = code;
  return shown;
}

function assertLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `limit must be a whole number of at least 1, not ${limit}`,
    details: { option: 'limit', problem: String(limit) },
  });
}

function round(score: number): number {
  return Math.round(score * 1000) / 1000;
}
