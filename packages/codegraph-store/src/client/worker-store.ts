import { join } from 'node:path';
import type { IndexRecord, Row, RowKey } from '@parseltongue/isg-core';
import type { CodeGraphStore, CozoValue, QueryAnswer, QueryOptions } from '../contract.js';
import type { GraphRecord } from '../contract-change.js';
import { LOCK_FILE } from '../durable/format.js';
import { releaseLock } from '../durable/lock.js';
import type { EngineSetup } from '../engines/cozo-engine.js';
import type { StoreMethods } from '../worker/store-methods.js';
import { embedRows, type SearchPorts, searchWithPorts, type VectorWorker } from './embedding.js';
import { QueryClient, reportClosed } from './query-client.js';
import { streamRecords } from './stream-records.js';
import type { WorkerClient } from './worker-client.js';

const EXPORT_PAGE = 500;
const QUERY_LIMIT = 1000;

export interface OpenWorker {
  client: WorkerClient;
  dir: string;
  engine: EngineSetup;
  lockToken: string | null;
  signal: AbortSignal | undefined;
  ports: SearchPorts;
}

/** The store as the caller holds it: every method is a message to the worker that owns the graph. */
export class WorkerStore implements CodeGraphStore {
  readonly #client: WorkerClient;
  readonly #queries: QueryClient;
  readonly #open: OpenWorker;
  #closing: Promise<void> | undefined;
  readonly #vectorWorker: VectorWorker = {
    listUnembedded: (...args) => this.#call('listUnembedded', args),
    readVectorTasks: (...args) => this.#call('readVectorTasks', args),
    putVectors: (...args) => this.#call('putVectors', args),
    search: (query, options, aids) => this.#call('search', [query, { options, aids }]),
  };

  constructor(open: OpenWorker) {
    this.#open = open;
    this.#client = open.client;
    this.#queries = new QueryClient({ dir: open.dir, engine: open.engine });
  }

  getRow: CodeGraphStore['getRow'] = (...args) => this.#call('getRow', args);
  rowsOfFile: CodeGraphStore['rowsOfFile'] = (...args) => this.#call('rowsOfFile', args);
  findRows: CodeGraphStore['findRows'] = (filter, page, options) =>
    this.#call('findRows', [filter, { ...page, ...options }]);
  edgesFrom: CodeGraphStore['edgesFrom'] = (...args) => this.#call('edgesFrom', args);
  edgesTo: CodeGraphStore['edgesTo'] = (...args) => this.#call('edgesTo', args);
  referencesOf: CodeGraphStore['referencesOf'] = (...args) => this.#call('referencesOf', args);
  files: CodeGraphStore['files'] = (...args) => this.#call('files', args);
  plans: CodeGraphStore['plans'] = () => this.#call('plans', []);
  futureRows: CodeGraphStore['futureRows'] = (...args) => this.#call('futureRows', args);
  temporalRows: CodeGraphStore['temporalRows'] = (...args) => this.#call('temporalRows', args);
  search: CodeGraphStore['search'] = (query, options) =>
    searchWithPorts(this.#vectorWorker, this.#open.ports, { query, options });
  embedRows: CodeGraphStore['embedRows'] = (options) =>
    embedRows(this.#vectorWorker, this.#open.ports.embedder, options);
  callersOf: CodeGraphStore['callersOf'] = (...args) => this.#call('callersOf', args);
  calleesOf: CodeGraphStore['calleesOf'] = (...args) => this.#call('calleesOf', args);
  blastRadius: CodeGraphStore['blastRadius'] = (...args) => this.#call('blastRadius', args);
  affectedTests: CodeGraphStore['affectedTests'] = (...args) => this.#call('affectedTests', args);
  repoMap: CodeGraphStore['repoMap'] = (...args) => this.#call('repoMap', args);
  childrenOf: CodeGraphStore['childrenOf'] = (...args) => this.#call('childrenOf', args);
  implementationsOf: CodeGraphStore['implementationsOf'] = (...args) => this.#call('implementationsOf', args);
  usersOf: CodeGraphStore['usersOf'] = (...args) => this.#call('usersOf', args);
  pathBetween: CodeGraphStore['pathBetween'] = (from, to, options) =>
    this.#call('pathBetween', [{ from, to }, options]);
  cycles: CodeGraphStore['cycles'] = (...args) => this.#call('cycles', args);
  deadCode: CodeGraphStore['deadCode'] = (...args) => this.#call('deadCode', args);
  impactOfDiff: CodeGraphStore['impactOfDiff'] = (...args) => this.#call('impactOfDiff', args);
  diffGraphs: CodeGraphStore['diffGraphs'] = (before, after, options) =>
    this.#call('diffGraphs', [{ before, after }, options]);
  reviewPlan: CodeGraphStore['reviewPlan'] = (...args) => this.#call('reviewPlan', args);
  createCheckpoint: CodeGraphStore['createCheckpoint'] = (...args) => this.#call('createCheckpoint', args);
  checkpoints: CodeGraphStore['checkpoints'] = (...args) => this.#call('checkpoints', args);
  restoreCheckpoint: CodeGraphStore['restoreCheckpoint'] = (...args) => this.#call('restoreCheckpoint', args);
  dropCheckpoint: CodeGraphStore['dropCheckpoint'] = (...args) => this.#call('dropCheckpoint', args);
  analytics: CodeGraphStore['analytics'] = () => this.#call('analytics', []);
  status: CodeGraphStore['status'] = () => this.#call('status', []);
  putSummaries: CodeGraphStore['putSummaries'] = (...args) => this.#call('putSummaries', args);
  propose: CodeGraphStore['propose'] = (...args) => this.#call('propose', args);
  discard: CodeGraphStore['discard'] = (...args) => this.#call('discard', args);
  promote: CodeGraphStore['promote'] = (...args) => this.#call('promote', args);
  reset: CodeGraphStore['reset'] = () => this.#call('reset', []);

  ingest(
    records: AsyncIterable<IndexRecord> | Iterable<IndexRecord>,
  ): Promise<{ files: number; rows: number; edges: number }> {
    return streamRecords(
      records,
      {
        start: () => this.#call('ingestStart', []),
        add: (id, batch) => this.#call('ingestAdd', [id, batch as IndexRecord[]]),
        commit: (id) => this.#call<{ files: number; rows: number; edges: number }>('ingestCommit', [id]),
        drop: (id) => this.#call('ingestDrop', [id]),
      },
      this.#open.signal,
    );
  }

  importRows(rows: AsyncIterable<Row> | Iterable<Row>): Promise<{ rows: number }> {
    return streamRecords(
      rows,
      {
        start: () => this.#call('importStart', []),
        add: (id, batch) => this.#call('importAdd', [id, batch as Row[]]),
        commit: (id) => this.#call<{ rows: number }>('importCommit', [id]),
        drop: (id) => this.#call('importDrop', [id]),
      },
      this.#open.signal,
    );
  }

  async *exportRows(): AsyncGenerator<Row> {
    let after: RowKey | null = null;
    for (;;) {
      const page: Row[] = await this.#call('exportPage', [after, EXPORT_PAGE]);
      yield* page;
      after = page.at(-1)?.isgl1_key ?? null;
      if (page.length < EXPORT_PAGE) return;
    }
  }

  async *exportGraph(): AsyncGenerator<GraphRecord> {
    const id: number = await this.#call('exportStart', []);
    try {
      for (;;) {
        const page: GraphRecord[] = await this.#call('exportNext', [id, EXPORT_PAGE]);
        yield* page;
        if (page.length < EXPORT_PAGE) return;
      }
    } finally {
      if (this.#closing === undefined) await this.#call('exportDrop', [id]);
    }
  }

  importGraph(
    records: AsyncIterable<GraphRecord> | Iterable<GraphRecord>,
  ): Promise<{ files: number; rows: number; edges: number }> {
    return streamRecords(
      records,
      {
        start: () => this.#call('graphStart', []),
        add: (id, batch) => this.#call('graphAdd', [id, batch as GraphRecord[]]),
        commit: (id) => this.#call<{ files: number; rows: number; edges: number }>('graphCommit', [id]),
        drop: (id) => this.#call('graphDrop', [id]),
      },
      this.#open.signal,
    );
  }

  runQuery(
    script: string,
    params: Readonly<Record<string, CozoValue>> = {},
    options: QueryOptions = {},
  ): Promise<QueryAnswer> {
    if (this.#closing !== undefined) return Promise.reject(reportClosed());
    return this.#queries.run(
      this.#client.seq,
      { script, params, limit: options.limit ?? QUERY_LIMIT },
      options.timeoutMs,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#queries.close();
    try {
      await this.#client.call('close', []);
    } catch {
      // A thread that stopped by itself left its lock behind; the token makes sure that it is ours.
      const { dir, lockToken } = this.#open;
      if (lockToken !== null) releaseLock({ path: join(dir, LOCK_FILE), token: lockToken });
    }
    await this.#client.terminate(reportClosed());
  }

  #call<Result>(method: keyof StoreMethods, args: readonly unknown[]): Promise<Result> {
    if (this.#closing !== undefined) return Promise.reject(reportClosed());
    return this.#client.call(method, [...args]) as Promise<Result>;
  }
}
