import { type Calibration, calibrate, MIN_OUTCOMES } from '../confidence/calibrate.js';
import { measureRank, type RankCorrelation } from '../confidence/measure-rank.js';
import { type OutcomeCause, pickOutcomes } from './outcome.js';
import { readOutcomeLog } from './outcome-log.js';

/** What is known of proposals that passed their gates, and what scores are worth for it. */
export interface OutcomeReport {
  good: number;
  bad: number;
  /** Labelled outcomes that confidence needs before it states a value. */
  needed: number;
  by_cause: Partial<Record<OutcomeCause, number>>;
  /** Lines of the log that are no outcome. */
  unreadable: number;
  calibration: Calibration;
  /** How well scores order what is known so far; null until there are outcomes of both kinds. */
  rank: RankCorrelation | null;
}

/** Reads the outcomes under `dir`, one a run, and fits scores to them. */
export function readOutcomes(dir: string): OutcomeReport {
  const { lines, unreadable } = readOutcomeLog(dir);
  const known = [...pickOutcomes(lines).values()].filter(({ verdict }) => verdict !== 'open');
  const by_cause: OutcomeReport['by_cause'] = {};
  for (const { cause } of known) by_cause[cause] = (by_cause[cause] ?? 0) + 1;
  const good = known.filter(({ verdict }) => verdict === 'good').length;
  const labelled = known.map(({ score, verdict }) => ({ score, isRight: verdict === 'good' }));
  return {
    good,
    bad: known.length - good,
    needed: MIN_OUTCOMES,
    by_cause,
    unreadable,
    calibration: calibrate(labelled),
    rank: measureRank(labelled),
  };
}
