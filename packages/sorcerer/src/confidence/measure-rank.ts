import type { LabelledOutcome } from './calibrate.js';

/** How well scores order outcomes: 1 where every right one scores above every wrong one, 0 for chance; with its 95 % interval. */
export interface RankCorrelation {
  value: number;
  low: number;
  high: number;
}

const Z_95 = 1.96;

/**
 * Somers' D of scores over outcomes, null without outcomes of both kinds.
 *
 * The interval is that of Hanley and McNeil (1982) for the area under the curve, of which D is twice the distance to a half.
 */
export function measureRank(outcomes: readonly LabelledOutcome[]): RankCorrelation | null {
  const right = outcomes.filter(({ isRight }) => isRight).map(({ score }) => score);
  const wrong = outcomes.filter(({ isRight }) => !isRight).map(({ score }) => score);
  const pairs = right.length * wrong.length;
  if (pairs === 0) return null;
  let won = 0;
  for (const a of right) for (const b of wrong) won += a > b ? 1 : a === b ? 0.5 : 0;
  const area = won / pairs;
  const variance =
    (area * (1 - area) +
      (right.length - 1) * (area / (2 - area) - area ** 2) +
      (wrong.length - 1) * ((2 * area ** 2) / (1 + area) - area ** 2)) /
    pairs;
  const margin = Z_95 * Math.sqrt(Math.max(0, variance));
  const toRank = (share: number): number => Math.max(-1, Math.min(1, 2 * share - 1));
  return { value: toRank(area), low: toRank(area - margin), high: toRank(area + margin) };
}
