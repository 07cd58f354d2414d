import type { Autonomy } from './breakpoints/autonomy.js';
import { type BudgetCaps, DEFAULT_BUDGET_CAPS } from './budget-caps.js';
import { MAX_ATTEMPTS } from './decide.js';
import { driveRun, type RunOutcome } from './drive-run.js';
import { SorcererError } from './errors.js';
import type { RunSettings } from './log/event-payloads.js';
import type { ChangeKind, Prd } from './prd/prd.js';
import { createRunSession, type SessionOptions, type SessionPorts } from './run-session.js';
import { recordPrd } from './steps/write-prd.js';

/** What every new run can be told. */
export interface StartOptions extends SessionOptions {
  runId: string;
  /** Stop once a proposal passed every gate, before anything is written. Default false. */
  dryRun?: boolean;
  /** Commit what was applied. Default true. */
  commit?: boolean;
  /** 1 to 3, default 3. */
  maxAttempts?: number;
  /** How much the run does by itself, default `run`. */
  autonomy?: Autonomy;
  /** Overrides of the default caps; recorded with the run. */
  caps?: Partial<BudgetCaps>;
}

/** What one road adds to the settings. */
export interface StartKind extends Pick<RunSettings, 'road' | 'request' | 'reasoner' | 'clippy'> {
  workflow?: 'direct' | 'stepped';
  kind?: ChangeKind | null;
  /** An accepted PRD to start from. */
  prd?: Prd;
}

/**
 * Records the settings of a new run and drives it.
 *
 * @throws SorcererError PT_SORCERER_RUN_EXISTS, PT_SORCERER_OPTION_INVALID and what the log and the ports throw
 */
export async function startRun(
  ports: SessionPorts,
  options: StartOptions,
  { prd, ...kind }: StartKind,
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
    autonomy: options.autonomy ?? 'run',
  });
  if (prd !== undefined) recordPrd(session, prd, 'user');
  return await driveRun(session); // the log must stay open until the run is done
}
