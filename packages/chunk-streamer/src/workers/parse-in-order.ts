import { join } from 'node:path';
import type { FilePlace } from '../languages/define-language.js';
import { UNKNOWN_PLACE } from '../languages/rust/place-files.js';
import type { ParseOutcome, ParseRequest } from '../parse/parse-file.js';
import { unpackOutcome } from './pack-outcome.js';
import { raceAbort } from './race-abort.js';
import type { WorkerPool } from './worker-pool.js';
import type { PackedOutcome } from './worker-protocol.js';

/** Files to parse and where they stand. */
export interface ParseInOrderInput {
  root: string;
  paths: readonly string[];
  places: ReadonlyMap<string, FilePlace>;
  /** Texts that stand for files on disk. */
  texts?: ReadonlyMap<string, string | null>;
  signal?: AbortSignal | undefined;
}

const AHEAD_PER_WORKER = 8;

/**
 * Parses files on all workers and yields the outcomes in the order of `paths`.
 *
 * Back-pressure: no more than eight files a worker are in flight or wait for the consumer.
 */
export async function* parseInOrder(
  pool: WorkerPool,
  input: ParseInOrderInput,
): AsyncGenerator<ParseOutcome> {
  for await (const outcome of parsePackedInOrder(pool, input)) yield unpackOutcome(outcome);
}

/** As {@link parseInOrder}, with what resolving needs left packed. */
export async function* parsePackedInOrder(
  pool: WorkerPool,
  input: ParseInOrderInput,
): AsyncGenerator<PackedOutcome> {
  const ahead = pool.size * AHEAD_PER_WORKER;
  const window: Promise<PackedOutcome>[] = [];
  let next = 0;
  while (next < input.paths.length || window.length > 0) {
    input.signal?.throwIfAborted();
    while (window.length < ahead && next < input.paths.length) {
      const outcome = pool.parse(requestFor(input.paths[next] ?? '', input));
      outcome.catch(() => undefined); // heard when its turn comes, or never after an early end
      window.push(outcome);
      next += 1;
    }
    const first = window.shift();
    if (first !== undefined) yield await raceAbort(first, input.signal);
  }
}

function requestFor(path: string, { root, places, texts }: ParseInOrderInput): ParseRequest {
  return {
    path,
    file: join(root, path),
    text: texts?.get(path) ?? null,
    place: places.get(path) ?? UNKNOWN_PLACE,
  };
}
