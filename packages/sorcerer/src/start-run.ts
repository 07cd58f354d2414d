import { type BudgetCaps, DEFAULT_BUDGET_CAPS } from './budget-caps.js';
import { MAX_ATTEMPTS } from './decide.js';
import { driveRun, type RunOutcome } from './drive-run.js';
import { SorcererError } from './errors.js';
import type { RunSettings } from './log/event-payloads.js';
import { createRunSession, type SessionOptions, type SessionPorts } from './run-session.js';

/** What every new run can be told. */
export interface StartOptions extends SessionOptions {
  runId: string;
  /** Stop once a proposal passed every gate, before anything is written. Default false. */
  dryRun?: boolean;
  /** Commit what was applied. Default true. */
  commit?: boolean;
  /** 1 to 3, default 3. */
  maxAttempts?: number;
  /** Overrides of the default caps; recorded with the run. */
  caps?: Partial<BudgetCaps>;
}

/**
 * Records the settings of a new run and drives it.
 *
 * @throws SorcererError PT_SORCERER_RUN_EXISTS, PT_SORCERER_OPTION_INVALID and what the log and the ports throw
 */
export async function startRun(
  ports: SessionPorts,
  options: StartOptions,
  kind: Pick<RunSettings, 'road' | 'request' | 'reasoner' | 'clippy'>,
): Promise<RunOutcome> {
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > MAX_ATTEMPTS) {
    throw new SorcererError('PT_SORCERER_OPTION_INVALID', {
      message: `maxAttempts is ${maxAttempts}. Give 1, 2 or 3`,
      details: { option: 'maxAttempts', value: String(maxAttempts) },
    });
  }
  await using log = await ports.log.open(options.runId);
  if (log.events().length > 0) {
    throw new SorcererError('PT_SORCERER_RUN_EXISTS', {
      message: `Run ${options.runId} exists already. Resume it, or take another run id`,
      details: { runId: options.runId },
    });
  }
  const session = createRunSession(log, ports, options);
  session.record('run-started', {
    ...kind,
    dry_run: options.dryRun ?? false,
    commit: options.commit ?? true,
    max_attempts: maxAttempts,
    caps: { ...DEFAULT_BUDGET_CAPS, ...options.caps },
  });
  return await driveRun(session); // the log must stay open until the run is done
}
