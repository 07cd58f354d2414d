/** How full memory is, from free to about to fail. */
export type PressureLevel = 'ok' | 'tight' | 'warn' | 'high' | 'critical';

/** The ratio at which each level starts. */
export const PRESSURE_THRESHOLDS: Readonly<Record<PressureLevel, number>> = {
  ok: 0,
  tight: 0.6,
  warn: 0.7,
  high: 0.8,
  critical: 0.9,
};

/** Levels from the lowest to the highest. */
export const PRESSURE_LEVELS: readonly PressureLevel[] = ['ok', 'tight', 'warn', 'high', 'critical'];

/** The state of the ladder between two samples. */
export interface LadderState {
  level: PressureLevel;
  /** The latest ratios that were below the level's start by the margin, oldest first. */
  calm: readonly number[];
}

const LEAVE_MARGIN = 0.05;
const CALM_SAMPLES = 3;

/** The ladder before any sample. */
export const INITIAL_LADDER: LadderState = { level: 'ok', calm: [] };

/**
 * Moves the ladder by one sample: up at once, down only after three samples in a row that lie 0.05 below the start of
 * the level, and then as far as the fullest of the three allows.
 */
export function nextLadder(state: LadderState, ratio: number): LadderState {
  const entered = findLevel(ratio, 0);
  if (PRESSURE_THRESHOLDS[entered] > PRESSURE_THRESHOLDS[state.level]) return { level: entered, calm: [] };
  if (ratio >= PRESSURE_THRESHOLDS[state.level] - LEAVE_MARGIN) return { level: state.level, calm: [] };
  const calm = [...state.calm, ratio];
  if (calm.length < CALM_SAMPLES) return { level: state.level, calm };
  return { level: findLevel(Math.max(...calm), LEAVE_MARGIN), calm: [] };
}

function findLevel(ratio: number, margin: number): PressureLevel {
  return PRESSURE_LEVELS.findLast((level) => ratio >= PRESSURE_THRESHOLDS[level] - margin) ?? 'ok';
}
