import type { FixPorts } from './ports.js';
import { createRunSession, settingsOf } from './run-session.js';
import { dropPlan } from './steps/finish-run.js';

/**
 * Ends a run that waits or was cut off; its future rows are dropped, its log stays. Answers false for a run that is over.
 *
 * A run at work belongs to its process: stop that one, then cancel.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_RUN_BUSY, PT_SORCERER_LOG_CORRUPT
 */
export async function cancelRun(
  ports: FixPorts,
  runId: string,
  options: { reason?: string } = {},
): Promise<boolean> {
  await using log = await ports.log.open(runId);
  const session = createRunSession(log, ports, {});
  settingsOf(session);
  const status = session.state().ended?.status;
  if (status !== undefined && status !== 'paused' && status !== 'verified') return false;
  await dropPlan(session);
  session.record('run-ended', { status: 'cancelled', reason: options.reason ?? 'Cancelled by the user' });
  return true;
}
