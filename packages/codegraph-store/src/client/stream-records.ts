import { StoreError } from '../errors.js';

const BATCH_RECORDS = 1000;
/** A batch also ends here, so that rows with large code do not pile up between the threads. */
const BATCH_LENGTH = 2 ** 20;

export interface RecordSink<Result> {
  start: () => Promise<number>;
  add: (id: number, batch: readonly unknown[]) => Promise<unknown>;
  commit: (id: number) => Promise<Result>;
  drop: (id: number) => Promise<unknown>;
}

/**
 * Sends a stream to the worker in batches, one ahead of the worker, and commits it as a whole.
 *
 * When the source fails, the signal is raised or a record is refused, nothing of the stream stays.
 */
export async function streamRecords<Result>(
  records: AsyncIterable<unknown> | Iterable<unknown>,
  sink: RecordSink<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  assertRunning(signal);
  const id = await sink.start();
  try {
    let sent: Promise<unknown> = Promise.resolve();
    for await (const batch of groupRecords(records)) {
      assertRunning(signal);
      await sent;
      sent = sink.add(id, batch);
      // The rejection is reported by the next await; without this the process would see it as unhandled first.
      sent.catch(() => undefined);
    }
    await sent;
    assertRunning(signal);
  } catch (error) {
    await sink.drop(id).catch(() => undefined);
    throw error;
  }
  return sink.commit(id);
}

async function* groupRecords(records: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  let length = 0;
  for await (const record of records) {
    batch.push(record);
    length += (record as { row?: { current_code?: string } }).row?.current_code?.length ?? 100;
    if (batch.length < BATCH_RECORDS && length < BATCH_LENGTH) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

function assertRunning(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new StoreError('PT_STORE_ABORTED', {
    message: 'The stream was aborted. The graph is as it was before',
    details: { operation: 'ingest' },
    cause: signal.reason,
  });
}
