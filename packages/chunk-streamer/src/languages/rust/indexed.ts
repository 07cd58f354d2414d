/** A number at a position that is known to exist; 0 behind the end. */
export function numberAt(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? 0;
}

/** An entry at a position that is known to exist. */
export function entryAt<T>(entries: readonly T[], index: number): T {
  const entry = entries[index];
  if (entry === undefined) throw new RangeError(`no entry ${index} among ${entries.length}`);
  return entry;
}
