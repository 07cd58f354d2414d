import type { BudgetCaps } from './budget-caps.js';
import { driveRun, type RunOutcome, readOutcome } from './drive-run.js';
import type { ChangePorts, FixPorts } from './ports.js';
import type { Clarification, Reasoner } from './reasoner.js';
import { createRunSession, type RunSession, type SessionOptions, settingsOf } from './run-session.js';

export interface ResumeRunOptions extends SessionOptions {
  /** Apply what a dry run verified. Default false: a verified run stays as it is. */
  apply?: boolean;
  /** The answer to the question the run waits with. */
  answer?: string;
  /** Raised caps, for a run that paused at one. */
  caps?: Partial<BudgetCaps>;
  /** Who reasons, default `ports.reasoner`. */
  reasoner?: Reasoner;
}

/**
 * Takes up a run where its log ends: after a crash, a pause, an answered question or a dry run.
 *
 * Nothing is done twice: an answer that was paid for is used, a write that happened is found in the tree, a commit and a
 * promotion that happened are recognized. Runs that are over, and questions that are not answered, return unchanged.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_RUN_BUSY, PT_SORCERER_LOG_CORRUPT, PT_SORCERER_ARTEFACT_CORRUPT
 */
export async function resumeRun(
  ports: FixPorts | ChangePorts,
  runId: string,
  options: ResumeRunOptions = {},
): Promise<RunOutcome> {
  await using log = await ports.log.open(runId);
  const { reasoner } = options;
  const session = createRunSession(log, reasoner === undefined ? ports : { ...ports, reasoner }, options);
  const settings = settingsOf(session);
  const { ended } = session.state();
  if (ended !== null && !isResumable(session, options)) return readOutcome(session);
  session.record('stage-started', { stage: 'resume' });
  if (ended !== null || options.caps !== undefined) {
    const clarifications = collectAnswers(session, options.answer);
    const choice = ended?.status === 'verified' ? 'apply' : clarifications.length > 0 ? 'answer' : 'continue';
    session.record('breakpoint-resolved', {
      choice,
      clarifications,
      caps: { ...settings.caps, ...options.caps },
    });
  }
  return await driveRun(session); // the log must stay open until the run is done
}

function isResumable(session: RunSession, options: ResumeRunOptions): boolean {
  const state = session.state();
  if (state.ended?.status === 'verified') return options.apply === true;
  if (state.ended?.status !== 'paused') return false;
  const waitsForAnswer = (state.attempts.at(-1)?.outcome?.questions.length ?? 0) > 0;
  return !waitsForAnswer || options.answer !== undefined;
}

function collectAnswers(session: RunSession, answer: string | undefined): Clarification[] {
  const questions = session.state().attempts.at(-1)?.outcome?.questions ?? [];
  return answer === undefined || questions.length === 0 ? [] : [{ question: questions.join('\n'), answer }];
}
