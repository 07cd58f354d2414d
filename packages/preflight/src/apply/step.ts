/** One boundary of a change of the tree: what has just been done, and to which file. */
export interface ApplyEvent {
  type: 'step-ended';
  step: string;
  path?: string;
}

/** Called after every boundary; a rejection or a killed process there is what recovery must survive. */
export type FaultPoint = (step: string) => void | Promise<void>;

/** Tells that a boundary was reached; rejects when the work shall stop there. */
export type Reach = (step: string, path?: string) => Promise<void>;

/** Who listens to the boundaries. */
export interface StepListeners {
  onEvent?: ((event: ApplyEvent) => void) | undefined;
  faultPoint?: FaultPoint | undefined;
  signal?: AbortSignal | undefined;
}

/** Creates the function that is called at every boundary; it stops the work once `signal` is aborted. */
export function createReach(listeners: StepListeners): Reach {
  return async (step, path) => {
    await listeners.faultPoint?.(path === undefined ? step : `${step}:${path}`);
    listeners.onEvent?.(
      path === undefined ? { type: 'step-ended', step } : { type: 'step-ended', step, path },
    );
    listeners.signal?.throwIfAborted();
  };
}
