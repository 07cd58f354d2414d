import { type FileFacts, IndexContract, type IndexRecord, type Ledger } from '@parseltongue/isg-core';
import { RegionResolver } from './graph/region-resolver.js';
import { splitRepository } from './graph/split-repository.js';
import { loadLanguages } from './languages/load-languages.js';
import { type RepositorySurvey, surveyRepository } from './parse/survey-repository.js';
import { streamContains, streamFile } from './stream-file.js';
import { type ReadOptions, type ReadSettings, readSettings } from './stream-options.js';
import { parsePackedInOrder } from './workers/parse-in-order.js';
import { openWorkerPool, type WorkerPool } from './workers/worker-pool.js';

/** How {@link streamChunks} works. */
export interface StreamOptions extends ReadOptions {
  /** Files of an earlier stream; those that are no longer indexed are announced as `removed`. */
  known?: readonly Pick<FileFacts, 'path'>[];
  /** Resolve what rows refer to, default true; false gives rows, `contains` edges and the ledger in half the time. */
  references?: boolean;
}

// Regions that are read to the end and resolved while others are read.
const REGIONS_BEHIND = 4;

/**
 * Streams a repository as index records: each file in path order with its rows in byte order and their `contains` edges,
 * the resolved edges and reference counts of packages that know of each other file by file, some packages behind their
 * rows, then `removed` files and the ledger.
 *
 * Reading and parsing never fail on content: what cannot be read is `skipped`, what cannot be parsed is a `diagnostic` and
 * stays in its row. Files are parsed ahead of the consumer by a bounded number; texts are dropped once handed out. Packages
 * that know of each other are resolved together, beside the reading of the others; their facts and edges are dropped then.
 * Equal repositories give equal streams but for `mtime_ms`.
 *
 * @throws StreamError PT_STREAM_ROOT_NOT_FOUND, PT_STREAM_ROOT_NOT_DIRECTORY, PT_STREAM_ROOT_UNREADABLE,
 * PT_STREAM_OPTION_INVALID, PT_STREAM_LANGUAGE_INVALID, PT_STREAM_WORKERS_LOST, PT_STREAM_RESOLVER_FAILED, and the reason of `options.signal` when it is aborted
 */
export async function* streamChunks(
  root: string,
  options: StreamOptions = {},
): AsyncGenerator<IndexRecord, void, undefined> {
  const settings = readSettings(options);
  options.signal?.throwIfAborted();
  const state: StreamState = {
    ledger: { seen: 0, indexed: 0, skipped: [], diagnostics: [] },
    indexed: new Set(),
    resolved: 0,
  };
  // the workers load their grammars while the repository is surveyed
  await using pool = openWorkerPool({ ...settings, references: options.references !== false });
  const survey = await surveyFiles(root, options, settings);
  const regions = options.references === false ? [] : splitRepository({ ...survey, paths: survey.files });
  const input = { root, options, state, pool, survey, resolver: new RegionResolver(pool, regions) };
  yield* streamFiles(input);
  if (options.references !== false) yield* streamLastGraphs(input);
  yield* findRemoved(options.known ?? [], state.indexed);
  yield { type: 'ledger', contract: IndexContract, ledger: state.ledger };
}

interface StreamState {
  ledger: Ledger;
  /** Paths of the files that were handed out. */
  indexed: Set<string>;
  /** Files whose graphs were handed out. */
  resolved: number;
}

interface FileStreamInput {
  root: string;
  options: StreamOptions;
  state: StreamState;
  pool: WorkerPool;
  survey: RepositorySurvey;
  resolver: RegionResolver;
}

async function* streamFiles(input: FileStreamInput): AsyncGenerator<IndexRecord> {
  const { root, options, state, pool, survey, resolver } = input;
  const { ledger } = state;
  const { files: paths, places } = survey;
  ledger.seen = paths.length + survey.skipped.length;
  ledger.skipped = survey.skipped;
  for (const skipped of survey.skipped) yield { type: 'skipped', skipped };
  let done = 0;
  for await (const outcome of parsePackedInOrder(pool, { root, paths, places, signal: options.signal })) {
    const path = paths[done] ?? '';
    done += 1;
    options.onProgress?.({ stage: 'parse', done, total: paths.length, unit: 'files' });
    resolver.add(path, outcome.status === 'parsed' ? outcome.packed : null);
    if (outcome.status === 'skipped') {
      ledger.skipped.push(outcome.skipped);
      yield { type: 'skipped', skipped: outcome.skipped };
      continue;
    }
    const { file, syntax } = outcome;
    ledger.indexed += 1;
    yield* streamFile(file, syntax);
    yield* streamContains(syntax.items);
    ledger.diagnostics.push(...syntax.diagnostics);
    state.indexed.add(path);
    yield* streamGraphs(input, REGIONS_BEHIND);
  }
  ledger.skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function surveyFiles(
  root: string,
  { signal, onProgress }: StreamOptions,
  settings: ReadSettings,
): Promise<RepositorySurvey> {
  onProgress?.({ stage: 'walk', done: 0, total: null, unit: 'files' });
  const languages = await loadLanguages(settings.languages);
  const survey = await surveyRepository(root, { signal, languages });
  onProgress?.({ stage: 'walk', done: survey.files.length, total: survey.files.length, unit: 'files' });
  return survey;
}

function* findRemoved(
  known: readonly Pick<FileFacts, 'path'>[],
  indexed: ReadonlySet<string>,
): Generator<IndexRecord> {
  for (const { path } of known) if (!indexed.has(path)) yield { type: 'removed', path };
}

async function* streamLastGraphs(input: FileStreamInput): AsyncGenerator<IndexRecord> {
  const { state, options } = input;
  const tell = () =>
    options.onProgress?.({
      stage: 'resolve',
      done: state.resolved,
      total: state.indexed.size,
      unit: 'files',
    });
  tell();
  for await (const record of streamGraphs(input, 0, tell)) yield record;
}

async function* streamGraphs(
  { resolver, state, options }: FileStreamInput,
  leave: number,
  onFile?: () => void,
): AsyncGenerator<IndexRecord> {
  for await (const { edges, references } of resolver.takeGraphs(leave, options.signal)) {
    for (const edge of edges) yield { type: 'edge', edge };
    for (const counts of references) yield { type: 'references', references: counts };
    state.resolved += 1;
    onFile?.();
  }
}
