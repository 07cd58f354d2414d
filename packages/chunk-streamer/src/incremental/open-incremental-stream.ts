import type { IndexRecord, ProgressListener } from '@parseltongue/isg-core';
import { StreamError } from '../errors.js';
import { type ReadOptions, readSettings } from '../stream-options.js';
import { IncrementalReader } from './incremental-reader.js';

/** How {@link openIncrementalStream} works. */
export interface IncrementalOptions extends Omit<ReadOptions, 'signal' | 'onProgress'> {
  /** Absolute path of a file that keeps what is known from one process to the next; default none. */
  stateFile?: string;
}

/** What one update may be told. */
export interface UpdateOptions {
  /** The only paths that may have changed since the last update, repo-relative; default: any. */
  paths?: readonly string[];
  signal?: AbortSignal;
  onProgress?: ProgressListener;
}

/** A stream of one repository that goes on where it ended. */
export interface IncrementalStream extends AsyncDisposable {
  /**
   * Streams what the consumer has not accepted yet: `removed` files, and every file whose bytes, times, place, edges or
   * counts differ, with all its rows, edges and counts. Applied file by file to what was accepted before, and to whatever
   * part of later updates was applied without being accepted, this gives what `streamChunks` gives now. The ledger accounts for the whole repository.
   *
   * Files whose size and times have not moved are not read. One update at a time.
   *
   * @throws StreamError PT_STREAM_CLOSED, PT_STREAM_BUSY, those of `streamChunks`, and the signal's reason
   */
  update(options?: UpdateOptions): AsyncGenerator<IndexRecord, void, undefined>;
  /** Says that everything the last complete update streamed is kept; without it the next one streams it again. */
  accept(): Promise<void>;
}

/**
 * Opens a stream that reads a repository once and from then on only what changes.
 *
 * Facts of every file stay in memory; with `stateFile` a new process knows which files changed, reads the others only
 * when one did, and streams what differs.
 *
 * @throws StreamError PT_STREAM_OPTION_INVALID
 */
export function openIncrementalStream(
  root: string,
  options: IncrementalOptions = {},
): Promise<IncrementalStream> {
  const settings = readSettings(options);
  return Promise.resolve(new GuardedStream(new IncrementalReader(root, settings, options.stateFile)));
}

class GuardedStream implements IncrementalStream {
  readonly #reader: IncrementalReader;
  #isBusy = false;
  #isClosed = false;

  constructor(reader: IncrementalReader) {
    this.#reader = reader;
  }

  async *update(options: UpdateOptions = {}): AsyncGenerator<IndexRecord, void, undefined> {
    if (this.#isClosed) throw closed();
    if (this.#isBusy) throw busy();
    this.#isBusy = true;
    try {
      yield* this.#reader.update(options);
    } finally {
      this.#isBusy = false;
    }
  }

  async accept(): Promise<void> {
    if (this.#isClosed) throw closed();
    if (this.#isBusy) throw busy();
    await this.#reader.accept();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#reader.close();
  }
}

function closed(): StreamError {
  return new StreamError('PT_STREAM_CLOSED', {
    message: 'The incremental stream is closed. Open another',
    details: { what: 'incremental stream' },
  });
}

function busy(): StreamError {
  return new StreamError('PT_STREAM_BUSY', {
    message: 'An update of this stream is still running. Read it to its end first',
    details: { what: 'incremental stream' },
  });
}
