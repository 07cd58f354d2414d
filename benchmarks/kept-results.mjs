// What long benchmarks share: results are kept in a file as they are found, so that a run that is cut off goes on where it stopped.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Results by id. With a `file`, one `[id, result]` a line, those of earlier runs are there from the start. */
export class KeptResults {
  #file;
  #results;

  constructor(file) {
    this.#file = file;
    const lines =
      file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    this.#results = new Map(lines.map((line) => JSON.parse(line)));
  }

  has(id) {
    return this.#results.has(id);
  }

  get(id) {
    return this.#results.get(id);
  }

  /** In the order they were kept. */
  all() {
    return [...this.#results.values()];
  }

  keep(id, result) {
    this.#results.set(id, result);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify([id, result])}\n`);
    return result;
  }
}

/** When a run of so many minutes ends, as `Date.now()` tells time; never without a number. */
export function endAfter(minutes) {
  return minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(minutes) * 60_000;
}
