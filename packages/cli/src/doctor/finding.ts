import type { Probes } from '../compose.js';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';

/** One finding of the doctor. `fix` says what to do, null when nothing is to be done. */
export interface DoctorCheck {
  id: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  fix: string | null;
  /** What `doctor --fix` does about it; absent when a person has to. */
  remedy?: Remedy;
}

/** A repair that needs no person. */
export interface Remedy {
  /** The command, or what is done, in a few words. */
  what: string;
  /** Looks again and repairs; what went wrong, undefined when nothing did. */
  run(): Promise<string | undefined>;
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

/** A program as a repair. */
export function repairWith(probes: Probes, argv: readonly [string, ...string[]]): Remedy {
  return { what: argv.join(' '), run: () => probes.repair([...argv]) };
}

/** Nothing is to be done. */
export function ok(detail: string): Finding {
  return { status: 'ok', detail, fix: null };
}
