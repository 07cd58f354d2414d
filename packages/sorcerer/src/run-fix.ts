import type { RunOutcome } from './drive-run.js';
import type { FixPorts } from './ports.js';
import { type StartOptions, startRun } from './start-run.js';

export interface RunFixOptions extends StartOptions {
  /** Follow clippy once the build is clean. Default false. */
  clippy?: boolean;
}

/**
 * Repairs a workspace from compiler suggestions alone, through the same gates as every change: no model, no key.
 *
 * @throws SorcererError PT_SORCERER_RUN_EXISTS, PT_SORCERER_RUN_ID_INVALID, PT_SORCERER_RUN_BUSY, PT_SORCERER_OPTION_INVALID
 */
export function runFix(ports: FixPorts, options: RunFixOptions): Promise<RunOutcome> {
  return startRun(ports, options, {
    road: 'fix',
    request: 'Apply compiler suggestions',
    reasoner: null,
    clippy: options.clippy ?? false,
  });
}
