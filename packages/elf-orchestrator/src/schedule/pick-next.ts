/** Work for people goes before work that nobody watches. */
export type Lane = 'interactive' | 'batch';

/** What the order of work is decided on. */
export interface WaitingWork {
  id: string;
  model: string;
  lane: Lane;
  /** Higher goes first inside a lane. */
  priority: number;
  /** Milliseconds since the epoch. */
  queuedAt: number;
  /** Equal for work that shares a prompt's beginning. */
  prefixKey: string | null;
}

/** What a model can take on at this moment. */
export interface ModelSeats {
  /** `absent` may be loaded; `busy` is loading, ending or blocked for now. */
  state: 'ready' | 'absent' | 'busy';
  freeSeats: number;
}

/** The moment of a decision. */
export interface PickContext {
  now: number;
  seatsOf: (model: string) => ModelSeats;
  /** The model and prefix that were worked on last. */
  current: { model: string; prefixKey: string | null } | null;
  isBatchPaused: boolean;
}

/** What is done next: run work on a loaded model, or load the model that work needs. */
export type NextStep<W extends WaitingWork> = { kind: 'run' | 'load'; work: W } | null;

/** After this long batch work counts as interactive. */
const BATCH_AGEING_MS = 60_000;
/** After this long work goes before work whose model happens to be loaded. */
const SWAP_PATIENCE_MS = 30_000;

/**
 * Picks what is done next: by lane with ageing, by priority, by patience, then work whose model is loaded, then work on
 * the current model and prefix, then first come first served.
 */
export function pickNext<W extends WaitingWork>(waiting: Iterable<W>, context: PickContext): NextStep<W> {
  let best: { work: W; kind: 'run' | 'load'; rank: readonly number[] } | null = null;
  for (const work of waiting) {
    if (context.isBatchPaused && work.lane === 'batch') continue;
    const seats = context.seatsOf(work.model);
    const isReady = seats.state === 'ready';
    if (seats.state === 'busy' || (isReady && seats.freeSeats <= 0)) continue;
    const rank = rankWork(work, context, isReady);
    if (best === null || isBefore(rank, best.rank)) best = { work, kind: isReady ? 'run' : 'load', rank };
  }
  return best === null ? null : { kind: best.kind, work: best.work };
}

/** True when work has waited so long that others must make room for its model. */
export function isImpatient(work: Pick<WaitingWork, 'queuedAt'>, now: number): boolean {
  return now - work.queuedAt > SWAP_PATIENCE_MS;
}

function rankWork(work: WaitingWork, context: PickContext, isReady: boolean): number[] {
  const { current, now } = context;
  const hasAged = now - work.queuedAt > BATCH_AGEING_MS;
  const isSameModel = current?.model === work.model;
  const isSamePrefix = isSameModel && current.prefixKey === work.prefixKey;
  return [
    work.lane === 'interactive' || hasAged ? 0 : 1,
    -work.priority,
    isImpatient(work, now) ? 0 : 1,
    isReady ? 0 : 1,
    isSameModel ? 0 : 1,
    isSamePrefix ? 0 : 1,
    work.queuedAt,
  ];
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
