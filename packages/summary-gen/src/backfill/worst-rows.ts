/** Keeps the `limit` entries of lowest score; what does not belong to them comes back at once. */
export interface WorstRows<T extends { score: number }> {
  /** Takes an entry in and gives back the one that has to go, if any. */
  push(entry: T): T | undefined;
  /** Empties the collection, the worst first, equals in the order they came. */
  drain(): T[];
}

/** A binary heap with the best of the worst on top, so that memory is bounded by `limit`. */
export function createWorstRows<T extends { score: number }>(limit: number): WorstRows<T> {
  const heap: { entry: T; order: number }[] = [];
  let count = 0;
  const isBetter = (left: number, right: number): boolean => {
    const a = heap[left];
    const b = heap[right];
    if (a === undefined || b === undefined) return false;
    return a.entry.score === b.entry.score ? a.order > b.order : a.entry.score > b.entry.score;
  };
  const swap = (left: number, right: number): void => {
    [heap[left], heap[right]] = [heap[right] as (typeof heap)[number], heap[left] as (typeof heap)[number]];
  };
  return {
    push(entry) {
      heap.push({ entry, order: count });
      count += 1;
      for (let at = heap.length - 1; at > 0 && isBetter(at, (at - 1) >> 1); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
      if (heap.length <= limit) return undefined;
      swap(0, heap.length - 1);
      const evicted = heap.pop();
      sink(heap.length, isBetter, swap);
      return evicted?.entry;
    },
    drain() {
      const entries = heap.splice(0).sort((a, b) => a.entry.score - b.entry.score || a.order - b.order);
      return entries.map(({ entry }) => entry);
    },
  };
}

function sink(
  size: number,
  isBetter: (left: number, right: number) => boolean,
  swap: (left: number, right: number) => void,
): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    let best = at;
    if (left < size && isBetter(left, best)) best = left;
    if (left + 1 < size && isBetter(left + 1, best)) best = left + 1;
    if (best === at) return;
    swap(at, best);
    at = best;
  }
}
