import { pathOfKey, type RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry } from '../answer/fit-answer.js';
import type { DetailLevel } from '../contract.js';
import type { SearchAnswer, SearchHit, SearchOptions, SearchStage } from '../contract-search.js';
import { StoreError } from '../errors.js';
import { readCodeOf } from '../queries/read-code.js';
import { encodeChunk } from '../schema/row-codec.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { openFileSizes, openTextIndex } from '../state/indexes.js';
import { readTuples } from '../state/read-rows.js';
import type { CatalogEntry } from '../state/row-catalog.js';
import { compareVectors, rankByVector, type VectorQuery } from '../vectors/rank-by-vector.js';
import { compareWords, dropDuplicates } from './drop-duplicates.js';
import { fuseRankings } from './fuse-rankings.js';
import { spreadScores } from './spread-scores.js';
import { type TextHit, TextIndex } from './text-index.js';

const DEFAULT_LIMIT = 20;
const DEFAULT_TOKEN_BUDGET = 2500;
const FILE_LIMIT = 50;
/** Rows further down cannot lift a file among the best 50, whose rows are the best ones. */
const RANKED_LIMIT = 600;
/** A file is as good as its best few rows: a long file does not win by length. */
const ROWS_PER_FILE_SCORE = 3;
const CONTAINER_SHARE = 0.5;
/** So many hits more than wanted are looked at, because near duplicates go. */
const SPARE_HITS = 5;

/** What a caller's thread adds to a search: the query as a vector, or an order that a reranker gave. */
export interface SearchAids {
  vector?: VectorQuery | undefined;
  reranked?: readonly TextHit[] | undefined;
}

/** Two phases: the 50 files whose rows match best, then the rows of those files. */
export function searchRows(
  state: GraphState,
  query: string,
  { options = {}, aids = {} }: { options?: SearchOptions | undefined; aids?: SearchAids | undefined } = {},
): SearchAnswer {
  const limit = options.limit ?? DEFAULT_LIMIT;
  assertLimit(limit);
  const view = openView(state, options.at);
  const { ranked, total, stages } = rankRows(state, view, { query, options, aids });
  const files = rankFiles(ranked);
  const kept = new Set(files.map((file) => file.path));
  const inFiles = aids.reranked ?? ranked.filter(({ key }) => kept.has(pathOfKey(key as RowKey)));
  if (aids.reranked !== undefined) stages.push('rerank');
  const wanted = (options.offset ?? 0) + limit;
  const candidates = inFiles.slice(0, wanted + SPARE_HITS);
  const code = readCodeOf(
    state,
    view,
    candidates.map(({ key }) => key as RowKey),
  );
  const distinct = dropDuplicates(candidates, compareVectors(state, aids.vector) ?? compareWords(code));
  const hits = createHits(state, view, { ranked: distinct.slice(0, wanted), code });
  const fitted = fitHits(hits, {
    total: Math.max(total, hits.length),
    budget: { ...options, tokenBudget: options.tokenBudget ?? DEFAULT_TOKEN_BUDGET },
    detail: options.detail ?? 'signatures',
    render: renderSearchHit,
  });
  const scope = fitted.hits.map((hit) => hit.key);
  return {
    query,
    stages: [...stages, 'dedupe'],
    files,
    hits: fitted.hits,
    duplicates: candidates.length - distinct.length,
    meta: describeAnswer(state, view, { tiers: DEFAULT_TIERS, fit: fitted.fit, scope }),
  };
}

interface Ranking {
  ranked: readonly TextHit[];
  total: number;
  stages: SearchStage[];
}

function rankRows(
  state: GraphState,
  view: GraphView,
  search: { query: string; options: SearchOptions; aids: SearchAids },
): Ranking {
  const { options, aids } = search;
  const stages: SearchStage[] = ['bm25'];
  const accepts = createFilter(state, view, options);
  const text = rankByText(state, view, { query: search.query, accepts });
  let ranked = lowerContainers(view, text.hits);
  let { total } = text;
  const near =
    aids.vector === undefined ? [] : rankByVector(state, aids.vector, { accepts, limit: RANKED_LIMIT });
  if (near.length > 0) {
    stages.push('vectors');
    ranked = fuseRankings(ranked, near, options.fusion ?? 'weighted');
    total = Math.max(total, ranked.length);
  }
  if (options.useGraph !== false && ranked.length > 0) {
    stages.push('graph');
    const spread = spreadScores(view, ranked);
    ranked = accepts === undefined ? spread : spread.filter(({ key }) => accepts(key));
    total = Math.max(total, ranked.length);
  }
  return { ranked: ranked.slice(0, RANKED_LIMIT), total, stages };
}

function rankByText(
  state: GraphState,
  view: GraphView,
  { query, accepts }: { query: string; accepts: ((key: string) => boolean) | undefined },
): { hits: TextHit[]; total: number } {
  const current = openTextIndex(state).search(query, { limit: RANKED_LIMIT, accepts });
  const { plan } = view;
  if (plan === undefined || plan.changes.length === 0) return current;
  const planned = indexPlannedRows(view).search(query, { limit: RANKED_LIMIT, accepts });
  const changed = new Set(plan.changes.map((change) => change.key as string));
  const kept = current.hits.filter(({ key }) => !changed.has(key));
  const hits = [...kept, ...planned.hits].sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
  return { hits, total: current.total - (current.hits.length - kept.length) + planned.total };
}

/** Files and modules hold a bit of everything; what someone looks for is inside them. */
function lowerContainers(view: GraphView, hits: readonly TextHit[]): TextHit[] {
  const weighted = hits.map(({ key, score }) => {
    const kind = view.get(key)?.kind;
    return { key, score: kind === 'file' || kind === 'module' ? score * CONTAINER_SHARE : score };
  });
  return weighted.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}

/** Undefined when every row of the index is wanted. */
function createFilter(
  state: GraphState,
  view: GraphView,
  options: SearchOptions,
): ((key: string) => boolean) | undefined {
  const { tddClass, pathPrefix, fileSizeBytes } = options;
  const tests: ((entry: CatalogEntry) => boolean)[] = [];
  if (tddClass !== undefined) tests.push((entry) => entry.tdd === tddClass);
  if (pathPrefix !== undefined) tests.push((entry) => entry.file.startsWith(pathPrefix));
  if (fileSizeBytes !== undefined) tests.push(createSizeTest(state, view, fileSizeBytes));
  if (view.plan === undefined && tests.length === 0) return undefined;
  return (key) => {
    const entry = view.get(key);
    return entry !== undefined && tests.every((test) => test(entry));
  };
}

function createSizeTest(
  state: GraphState,
  view: GraphView,
  { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number },
): (entry: CatalogEntry) => boolean {
  const sizes = openFileSizes(state);
  return ({ file }) => {
    const size = view.plan?.files.get(file)?.facts?.size_bytes ?? sizes.get(file) ?? 0;
    return size >= min && size <= max;
  };
}

/** The changed rows in an index of their own; its scores are close to, not equal to, those of one common index. */
function indexPlannedRows(view: GraphView): TextIndex {
  const index = new TextIndex();
  for (const { key, row } of view.plan?.changes ?? []) {
    if (row === null || view.plan?.rows.has(key) !== true) continue;
    index.putRow(encodeChunk(row));
    index.putCode(key, row.current_code);
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
  { ranked, code }: { ranked: readonly TextHit[]; code: ReadonlyMap<string, string> },
): SearchHit[] {
  const keys = ranked.map(({ key }) => key);
  const summaries = readTuples(state, 'summaries', keys);
  return ranked.flatMap(({ key, score }) => {
    const entry = view.get(key);
    if (entry === undefined) return [];
    const summary = summaries.get(key)?.[1];
    const hit: SearchHit = { ...renderEntry(entry, 'bodies', code.get(key)), score: round(score) };
    return typeof summary === 'string' ? [{ ...hit, summary }] : [hit];
  });
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
