import { watch } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@parseltongue/isg-core';
import { SorcererError } from '../errors.js';
import { parseEvents } from './parse-events.js';
import { readIfPresent, runFolder } from './run-log.js';

export interface FollowRunOptions {
  /** Events up to this `seq` are known already. Default 0. */
  afterSeq?: number;
  signal?: AbortSignal;
}

const POLL_MS = 50;

/**
 * The events of a run as they are written, by whatever process: each one once, in order, without gaps, also after coming back
 * with the last `seq` that was seen. Ends with `run-ended`, or when `signal` says so.
 *
 * A slow reader costs nothing: what it has not taken yet stays in the log.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_LOG_CORRUPT
 */
export async function* followRun(
  dir: string,
  runId: string,
  { afterSeq = 0, signal }: FollowRunOptions = {},
): AsyncGenerator<RunEvent> {
  const path = join(runFolder(dir, runId), 'events.ndjson');
  let seen = afterSeq;
  for (;;) {
    const { events } = parseEvents(runId, readIfPresent(path));
    if (events.length === 0) {
      throw new SorcererError('PT_SORCERER_RUN_UNKNOWN', {
        message: `There is no run ${runId}. List the runs to see their ids`,
        details: { runId },
      });
    }
    for (const event of events.slice(seen)) {
      if (signal?.aborted === true) return;
      seen = event.seq;
      yield event;
    }
    if (events.at(-1)?.type === 'run-ended' || signal?.aborted === true) return;
    await waitForChange(path, signal);
  }
}

/** Waits until the file changes, a moment at the longest: watchers may miss a change. */
function waitForChange(path: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(path);
    const done = (): void => {
      clearTimeout(timer);
      watcher.close();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, POLL_MS);
    watcher.once('change', done);
    watcher.once('error', done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
