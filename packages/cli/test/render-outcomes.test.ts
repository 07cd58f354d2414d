import { expect, it } from 'vitest';
import { renderOutcomes } from '../src/render/runs.js';

const report = {
  good: 0,
  bad: 0,
  needed: 100,
  by_cause: {},
  unreadable: 0,
  calibration: { isCalibrated: false, n: 0, steps: [] },
  rank: null,
};

it('says in one line what became of changes and what confidence rests on', () => {
  expect(renderOutcomes(report)).toBe(
    'No outcome of a change is known; confidence stays uncalibrated below 100',
  );
  expect(renderOutcomes({ ...report, good: 3, bad: 1 })).toBe(
    'Outcomes known: 4 (3 good, 1 bad); confidence stays uncalibrated below 100',
  );
  const calibration = { isCalibrated: true, n: 120, steps: [{ from: 0.5, share: 0.8 }] };
  const rank = { value: 0.4321, low: 0.2, high: 0.61 };
  expect(renderOutcomes({ ...report, good: 96, bad: 24, calibration, rank })).toBe(
    'Outcomes known: 120 (96 good, 24 bad); confidence is calibrated on them, rank correlation 0.43 (0.20 to 0.61)',
  );
});
