/** Lets one piece of work run at a time, in the order they came. */
export interface Turns {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** A queue of one server; work that fails lets the next begin. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const turn = last.then(work, work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
