/**
 * The n-th largest value, minus infinity when there are fewer; reorders the values (Hoare's quickselect).
 *
 * The time grows with the number of values, not with their order: the pivot is the middle of three.
 */
export function findNthLargest(values: Float64Array, n: number): number {
  if (n > values.length) return Number.NEGATIVE_INFINITY;
  const wanted = values.length - n;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const { left, right } = splitRange(values, low, high);
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return values[wanted] as number;
}

/** Moves values below the pivot to the front: afterwards `low..right` <= pivot <= `left..high`. */
function splitRange(values: Float64Array, low: number, high: number): { left: number; right: number } {
  const pivot = findMiddle(at(values, low), at(values, (low + high) >> 1), at(values, high));
  let left = low;
  let right = high;
  while (left <= right) {
    while (at(values, left) < pivot) left += 1;
    while (at(values, right) > pivot) right -= 1;
    if (left > right) break;
    const moved = at(values, left);
    values[left] = at(values, right);
    values[right] = moved;
    left += 1;
    right -= 1;
  }
  return { left, right };
}

function findMiddle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
