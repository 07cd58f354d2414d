/** A signal that fires with another one, after a time, or by hand; disposing it frees its timer and listener. */
export interface LinkedSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(): void;
}

/**
 * Links a new signal to `source`, for at most `timeoutMs`.
 *
 * Holds both ends itself: combined signals of the platform may be collected before their timeout fires.
 */
export function linkSignal(source: AbortSignal, timeoutMs?: number): LinkedSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = timeoutMs === undefined ? undefined : setTimeout(abort, timeoutMs);
  if (source.aborted) abort();
  else source.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    abort,
    [Symbol.dispose]() {
      clearTimeout(timer);
      source.removeEventListener('abort', abort);
    },
  };
}
