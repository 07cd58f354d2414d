const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The last `width` values as bars between zero and the largest; empty for no value. */
export function renderSparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const highest = Math.max(...shown, 0);
  if (highest === 0) return shown.map(() => BARS[0]).join('');
  return shown.map((value) => BARS[Math.min(7, Math.floor((value / highest) * 7.999))] ?? BARS[0]).join('');
}
