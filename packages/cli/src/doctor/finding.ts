import type { Probes } from '../compose.js';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';

/** One finding of the doctor. `fix` says what to do, null when nothing is to be done. */
export interface DoctorCheck {
  id: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  fix: string | null;
  /** The program `doctor --fix` runs for it; absent when a person has to. */
  repair?: readonly [string, ...string[]];
}

/** What a check looks at. */
export interface Patient {
  context: CliContext;
  probes: Probes;
  /** Undefined outside a Rust repository. */
  place: RepositoryPlace | undefined;
}

/** What a check found. */
export type Finding = Omit<DoctorCheck, 'id'>;

/** Nothing is to be done. */
export function ok(detail: string): Finding {
  return { status: 'ok', detail, fix: null };
}
