import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrate,
  type ExecutedEvidence,
  MIN_OUTCOMES,
  measureCalibration,
  measureRank,
  readConfidence,
  scoreEvidence,
} from '../../src/index.js';

const evidence: ExecutedEvidence = {
  verdict: 'passed',
  tests_run: 12,
  reproduction: 'reproduced',
  covered_share: 1,
  changed_rows: 2,
  changed_files: 1,
  retries: 0,
  agreement: null,
};

describe('scoreEvidence', () => {
  it('is nothing for a proposal that did not pass, whatever else holds', () => {
    for (const verdict of ['failed', 'inconclusive', 'not_run', null] as const) {
      expect(scoreEvidence({ ...evidence, verdict })).toBe(0);
    }
  });

  it.each<[string, Partial<ExecutedEvidence>]>([
    ['a test that passes on the base', { reproduction: 'passes_on_base' }],
    ['no test', { reproduction: 'no_test' }],
    ['uncovered rows', { covered_share: 0 }],
    ['a large change', { changed_rows: 400, changed_files: 40 }],
    ['retries', { retries: 2 }],
    ['no test that ran', { tests_run: 0 }],
  ])('falls with %s', (_name, less) => {
    expect(scoreEvidence({ ...evidence, ...less })).toBeLessThan(scoreEvidence(evidence));
  });

  it('has no place for text: only verdicts and counts go in', () => {
    const said = Object.values(evidence).filter((value) => typeof value === 'string');
    expect(said).toEqual(['passed', 'reproduced']);
  });
});

/** A world whose chance to be right grows with the score, but not as the raw score says. */
function makeOutcomes(n: number, seed: number) {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return Array.from({ length: n }, () => {
    const score = Math.round(random() * 50) / 50;
    return { score, isRight: random() < 0.35 + 0.6 * score ** 3 };
  });
}

describe('calibrate', () => {
  it('says uncalibrated below a hundred outcomes and states no value', () => {
    const calibration = calibrate(makeOutcomes(MIN_OUTCOMES - 1, 1));
    expect(calibration).toMatchObject({ isCalibrated: false, n: 99 });
    expect(readConfidence(calibration, 0.9)).toEqual({ value: null, calibrated: false, n: 99 });
  });

  it('never falls with the score', () => {
    const outcomes = fc.array(
      fc.record({ score: fc.integer({ min: 0, max: 20 }).map((n) => n / 20), isRight: fc.boolean() }),
      {
        minLength: MIN_OUTCOMES,
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(outcomes, (all) => {
        const { steps } = calibrate(all);
        const shares = steps.map(({ share }) => share);
        expect(shares).toEqual([...shares].sort((a, b) => a - b));
        expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });

  it('states shares closer to what happens than the raw score, on outcomes it has not seen', () => {
    const calibration = calibrate(makeOutcomes(2_000, 7));
    const heldOut = makeOutcomes(1_000, 99);
    const raw = measureCalibration(heldOut.map(({ score, isRight }) => ({ value: score, isRight })));
    const fitted = measureCalibration(
      heldOut.map(({ score, isRight }) => ({
        value: readConfidence(calibration, score).value ?? 0,
        isRight,
      })),
    );
    expect(fitted.brier).toBeLessThan(raw.brier);
    expect(fitted.ece).toBeLessThan(raw.ece);
  });
});

describe('measureRank', () => {
  it('is one for a perfect order, minus one for the reverse and nothing for chance', () => {
    const outcome = (score: number, isRight: boolean) => ({ score, isRight });
    expect(measureRank([outcome(0.9, true), outcome(0.1, false)])?.value).toBe(1);
    expect(measureRank([outcome(0.1, true), outcome(0.9, false)])?.value).toBe(-1);
    expect(measureRank([outcome(0.5, true), outcome(0.5, false)])?.value).toBe(0);
    expect(measureRank([outcome(0.5, true)])).toBeNull();
  });

  it('has an interval that holds the value and narrows with more outcomes', () => {
    const few = measureRank(makeOutcomes(100, 3));
    const many = measureRank(makeOutcomes(2_000, 3));
    if (few === null || many === null) throw new Error('no outcomes of both kinds');
    for (const { value, low, high } of [few, many]) {
      expect(low).toBeLessThan(value);
      expect(value).toBeLessThan(high);
    }
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 3);
    expect(few.low).toBeLessThan(many.value);
    expect(many.value).toBeLessThan(few.high);
  });
});
