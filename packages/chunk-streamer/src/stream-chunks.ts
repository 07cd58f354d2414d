import { type FileFacts, IndexContract, type IndexRecord, type Ledger } from '@parseltongue/isg-core';
import { loadLanguages } from './languages/load-languages.js';
import { forgetRows } from './languages/rust/forget-rows.js';
import { openProgram } from './languages/rust/resolve/index.js';
import type { ResolvableSyntax } from './languages/rust/syntax.js';
import { parseInOrder } from './parse/parse-in-order.js';
import { openParsePool } from './parse/parse-pool.js';
import { type RepositorySurvey, surveyRepository } from './parse/survey-repository.js';
import { streamContains, streamFile } from './stream-file.js';
import { type ReadOptions, type ReadSettings, readSettings } from './stream-options.js';

/** How {@link streamChunks} works. */
export interface StreamOptions extends ReadOptions {
  /** Files of an earlier stream; those that are no longer indexed are announced as `removed`. */
  known?: readonly Pick<FileFacts, 'path'>[];
}

/**
 * Streams a repository as index records: each file with its rows in path order and byte order, then `removed` files,
 * `contains` edges, the resolved edges and reference counts file by file, and the ledger.
 *
 * Reading and parsing never fail on content: what cannot be read is `skipped`, what cannot be parsed is a `diagnostic` and
 * stays in its row. Files are parsed ahead of the consumer by a bounded number; texts are dropped once handed out, the
 * facts that resolving needs are kept to the end. Equal repositories give equal streams but for `mtime_ms`.
 *
 * @throws StreamError PT_STREAM_ROOT_NOT_FOUND, PT_STREAM_ROOT_NOT_DIRECTORY, PT_STREAM_ROOT_UNREADABLE,
 * PT_STREAM_OPTION_INVALID, PT_STREAM_LANGUAGE_INVALID, PT_STREAM_WORKERS_LOST, and the reason of `options.signal` when it is aborted
 */
export async function* streamChunks(
  root: string,
  options: StreamOptions = {},
): AsyncGenerator<IndexRecord, void, undefined> {
  const settings = readSettings(options);
  options.signal?.throwIfAborted();
  const state: StreamState = { ledger: { seen: 0, indexed: 0, skipped: [], diagnostics: [] }, files: [] };
  const survey = yield* streamFiles(root, { options, state, settings });
  yield* findRemoved(options.known ?? [], state.files);
  yield* streamGraph(survey, state, options);
  yield { type: 'ledger', contract: IndexContract, ledger: state.ledger };
}

interface StreamState {
  ledger: Ledger;
  /** What resolving needs of every indexed file; row texts are gone. */
  files: ResolvableSyntax[];
}

interface FileStreamInput {
  options: StreamOptions;
  state: StreamState;
  settings: ReadSettings;
}

// The workers load their grammars while the repository is surveyed, and are gone before resolving starts.
async function* streamFiles(
  root: string,
  { options, state, settings }: FileStreamInput,
): AsyncGenerator<IndexRecord, RepositorySurvey> {
  const { ledger } = state;
  await using pool = openParsePool(settings);
  const survey = await surveyFiles(root, options, settings);
  ledger.seen = survey.files.length + survey.skipped.length;
  ledger.skipped = survey.skipped;
  for (const skipped of survey.skipped) yield { type: 'skipped', skipped };
  const outcomes = parseInOrder(pool, {
    root,
    paths: survey.files,
    places: survey.places,
    signal: options.signal,
  });
  let done = 0;
  for await (const outcome of outcomes) {
    done += 1;
    options.onProgress?.({ stage: 'parse', done, total: survey.files.length, unit: 'files' });
    if (outcome.status === 'skipped') {
      ledger.skipped.push(outcome.skipped);
      yield { type: 'skipped', skipped: outcome.skipped };
      continue;
    }
    ledger.indexed += 1;
    yield* streamFile(outcome.file, outcome.syntax);
    ledger.diagnostics.push(...outcome.syntax.diagnostics);
    state.files.push(forgetRows(outcome.syntax));
  }
  ledger.skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
  return survey;
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
  files: readonly ResolvableSyntax[],
): Generator<IndexRecord> {
  const indexed = new Set(files.map((file) => file.path));
  for (const { path } of known) if (!indexed.has(path)) yield { type: 'removed', path };
}

function* streamGraph(
  { manifests }: RepositorySurvey,
  { files }: StreamState,
  { signal, onProgress }: StreamOptions,
): Generator<IndexRecord> {
  for (const file of files) yield* streamContains(file.items);
  signal?.throwIfAborted();
  onProgress?.({ stage: 'resolve', done: 0, total: files.length, unit: 'files' });
  const program = openProgram({ files, manifests });
  for (const [index, { path }] of files.entries()) {
    signal?.throwIfAborted();
    const { edges, references } = program.resolveFile(path);
    for (const edge of edges) yield { type: 'edge', edge };
    for (const counts of references) yield { type: 'references', references: counts };
    onProgress?.({ stage: 'resolve', done: index + 1, total: files.length, unit: 'files' });
  }
}
