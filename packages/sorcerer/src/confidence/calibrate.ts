/** One proposal whose truth became known: its raw score and whether it was right. */
export interface LabelledOutcome {
  score: number;
  isRight: boolean;
}

/** Raw scores mapped to observed shares; `isCalibrated` false below the least number of outcomes. */
export interface Calibration {
  isCalibrated: boolean;
  /** Outcomes it rests on. */
  n: number;
  /** Steps of a function that never falls: from this score on, this share was right. */
  steps: readonly { from: number; share: number }[];
}

/** Fewer labelled outcomes than this say nothing. */
export const MIN_OUTCOMES = 100;

/** Fits a function that never falls to labelled outcomes by pooling adjacent violators (isotonic regression). */
export function calibrate(outcomes: readonly LabelledOutcome[]): Calibration {
  const n = outcomes.length;
  if (n < MIN_OUTCOMES) return { isCalibrated: false, n, steps: [] };
  const blocks: { from: number; sum: number; count: number }[] = [];
  for (const [score, group] of groupByScore(outcomes)) {
    blocks.push({ from: score, sum: group.filter(({ isRight }) => isRight).length, count: group.length });
    for (
      let last = blocks.at(-1), before = blocks.at(-2);
      last && before;
      last = blocks.at(-1), before = blocks.at(-2)
    ) {
      if (before.sum / before.count <= last.sum / last.count) break;
      blocks.splice(-2, 2, {
        from: before.from,
        sum: before.sum + last.sum,
        count: before.count + last.count,
      });
    }
  }
  return {
    isCalibrated: true,
    n,
    steps: blocks.map(({ from, sum, count }) => ({ from, share: sum / count })),
  };
}

/** The confidence that a decision states: the observed share at this score, null while uncalibrated. */
export function readConfidence(
  calibration: Calibration,
  score: number,
): { value: number | null; calibrated: boolean; n: number } {
  const { isCalibrated, n, steps } = calibration;
  if (!isCalibrated) return { value: null, calibrated: false, n };
  const step = steps.findLast(({ from }) => from <= score) ?? steps[0];
  return { value: step?.share ?? null, calibrated: true, n };
}

/** How far stated shares are from what happened: Brier score and expected calibration error over ten bins. */
export function measureCalibration(stated: readonly { value: number; isRight: boolean }[]): {
  brier: number;
  ece: number;
} {
  if (stated.length === 0) return { brier: 0, ece: 0 };
  const brier =
    stated.reduce((sum, { value, isRight }) => sum + (value - Number(isRight)) ** 2, 0) / stated.length;
  const bins = new Map<number, { value: number; isRight: boolean }[]>();
  for (const entry of stated) {
    const bin = Math.min(9, Math.floor(entry.value * 10));
    bins.set(bin, [...(bins.get(bin) ?? []), entry]);
  }
  const ece = [...bins.values()].reduce((sum, bin) => {
    const meanValue = bin.reduce((total, { value }) => total + value, 0) / bin.length;
    const meanRight = bin.filter(({ isRight }) => isRight).length / bin.length;
    return sum + (bin.length / stated.length) * Math.abs(meanValue - meanRight);
  }, 0);
  return { brier, ece };
}

function groupByScore(outcomes: readonly LabelledOutcome[]): [number, LabelledOutcome[]][] {
  const groups = new Map<number, LabelledOutcome[]>();
  for (const outcome of outcomes) groups.set(outcome.score, [...(groups.get(outcome.score) ?? []), outcome]);
  return [...groups].sort(([a], [b]) => a - b);
}
