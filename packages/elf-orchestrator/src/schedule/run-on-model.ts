import { randomUUID } from 'node:crypto';
import { ParseltongueError } from '@parseltongue/isg-core';
import type { LocalModel } from '../backends/local-model.js';
import type { Lane } from './pick-next.js';
import type { WorkPlace, WorkScheduler } from './work-scheduler.js';

/** Work that its caller waits for; it is not kept on disk. */
export interface ModelRequest {
  model: string;
  lane: Lane;
  priority: number;
  contextTokens: number;
  prefixKey: string | null;
  signal: AbortSignal;
  /** Called while the work waits, at most once a second. */
  onPlace?: (place: WorkPlace) => void;
}

const MAX_ATTEMPTS = 3;
const PLACE_EVERY_MS = 1_000;

/**
 * Runs `work` on a model once the scheduler lets it, and again when the model's worker died under it.
 *
 * @throws whatever `work` throws, and the scheduler's refusals
 */
export async function runOnModel<T>(
  scheduler: WorkScheduler,
  request: ModelRequest,
  work: (model: LocalModel) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(scheduler, request, work);
    } catch (error) {
      const isWorkerGone =
        ParseltongueError.isInstance(error) &&
        (error.code === 'PT_ELF_WORKER_DIED' || error.code === 'PT_ELF_MODEL_CLOSED');
      if (!isWorkerGone || attempt >= MAX_ATTEMPTS || request.signal.aborted) throw error;
    }
  }
}

function runOnce<T>(
  scheduler: WorkScheduler,
  request: ModelRequest,
  work: (model: LocalModel) => Promise<T>,
): Promise<T> {
  const { onPlace, signal, ...place } = request;
  const id = randomUUID();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = (): void => {
      if (scheduler.remove(id)) reject(abortError());
    };
    const timer =
      onPlace === undefined
        ? undefined
        : setInterval(() => reportPlace(scheduler, id, onPlace), PLACE_EVERY_MS);
    const stopWaiting = (): void => {
      clearInterval(timer);
      signal.removeEventListener('abort', leave);
    };
    signal.addEventListener('abort', leave, { once: true });
    scheduler.add({
      ...place,
      id,
      queuedAt: Date.now(),
      run: async (model) => {
        stopWaiting();
        await work(model).then(resolve, reject);
      },
      refuse: (error) => {
        stopWaiting();
        reject(error);
      },
    });
  });
}

function reportPlace(scheduler: WorkScheduler, id: string, onPlace: (place: WorkPlace) => void): void {
  const place = scheduler.place(id);
  if (place !== null) onPlace(place);
}

function abortError(): Error {
  return new DOMException('The request was cancelled', 'AbortError');
}
