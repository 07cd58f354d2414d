/** One thing a run did and what came of it, as hashes: equal hashes mean the same thing happened again. */
export interface TraceStep {
  /** What was done: the proposal or the answer. */
  action: string | null;
  /** What came back: the evidence, the verdict. */
  observation: string;
  /** The observation is a failure. */
  isError: boolean;
  /** The context did not fit the budget. */
  isOverflow: boolean;
}

/** The five shapes of a run that goes in circles. */
export type StuckPattern =
  | 'same_action_same_result'
  | 'same_action_same_error'
  | 'no_action'
  | 'alternating'
  | 'overflow_loop';

/**
 * Finds a loop at the end of a trace; null for one that moves.
 *
 * The same action with the same result four times, the same action failing three times, three answers without any action,
 * two actions taking turns for six steps, or three overflows in a row.
 */
export function detectStuck(trace: readonly TraceStep[]): StuckPattern | null {
  if (isRun(trace, 3, (step) => step.isOverflow)) return 'overflow_loop';
  if (isRun(trace, 3, (step) => step.action === null && !step.isOverflow)) return 'no_action';
  if (isRun(trace, 3, (step, last) => step.isError && isSame(step, last) && step.action !== null)) {
    return 'same_action_same_error';
  }
  if (isRun(trace, 4, (step, last) => isSame(step, last) && step.action !== null))
    return 'same_action_same_result';
  return isAlternating(trace.slice(-6)) ? 'alternating' : null;
}

function isRun(
  trace: readonly TraceStep[],
  length: number,
  holds: (step: TraceStep, last: TraceStep) => boolean,
): boolean {
  const tail = trace.slice(-length);
  const last = tail.at(-1);
  return tail.length === length && last !== undefined && tail.every((step) => holds(step, last));
}

function isSame(a: TraceStep, b: TraceStep): boolean {
  return a.action === b.action && a.observation === b.observation;
}

function isAlternating(tail: readonly TraceStep[]): boolean {
  const [first, second] = tail;
  if (tail.length < 6 || first === undefined || second === undefined || isSame(first, second)) return false;
  return tail.every((step, i) => step.action !== null && isSame(step, i % 2 === 0 ? first : second));
}
