import type { QueryAnswer } from '../contract.js';
import type { EngineSetup } from '../engines/cozo-engine.js';
import { StoreError } from '../errors.js';
import type { RawQuery } from '../worker/query-methods.js';
import { startWorker, type WorkerClient } from './worker-client.js';

const DEFAULT_TIMEOUT_MS = 10_000;

export interface QuerySource {
  dir: string;
  engine: EngineSetup;
}

/** Runs raw queries beside the store on a copy of the graph, which is renewed after a write and ended on timeout. */
export class QueryClient {
  readonly #source: QuerySource;
  #open: { client: WorkerClient; seq: number } | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(source: QuerySource) {
    this.#source = source;
  }

  /** `seq` is the last write the answer must know of. */
  run(seq: number, query: RawQuery, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<QueryAnswer> {
    const answer = this.#queue.then(() => this.#run(seq, query, timeoutMs));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.client.terminate(reportClosed());
  }

  async #run(seq: number, query: RawQuery, timeoutMs: number): Promise<QueryAnswer> {
    if (this.#open !== undefined && this.#open.seq < seq) await this.close();
    this.#open ??= {
      client: (await startWorker({ role: 'query', ...this.#source, readOnly: true })).client,
      seq,
    };
    const { client } = this.#open;
    await client.call('prepareQuery', [query.script]);
    const timer = setTimeout(() => {
      this.#open = undefined;
      void client.terminate(reportTimeout(timeoutMs));
    }, timeoutMs);
    try {
      return (await client.call('runQuery', [query])) as QueryAnswer;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The answer to any call on a store that was closed. */
export function reportClosed(): StoreError<'PT_STORE_CLOSED'> {
  return new StoreError('PT_STORE_CLOSED', {
    message: 'The store is closed. Open it again',
    details: { operation: 'call' },
  });
}

function reportTimeout(timeoutMs: number): StoreError<'PT_STORE_QUERY_TIMEOUT'> {
  return new StoreError('PT_STORE_QUERY_TIMEOUT', {
    message: `The query did not end within ${timeoutMs} ms and was stopped. Narrow it, or give it a longer timeoutMs`,
    details: { timeout_ms: timeoutMs },
    retryable: true,
  });
}
