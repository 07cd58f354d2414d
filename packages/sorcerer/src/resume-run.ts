import type { RowKey } from '@parseltongue/isg-core';
import type { BudgetCaps } from './budget-caps.js';
import { driveRun, type RunOutcome, readOutcome } from './drive-run.js';
import { SorcererError } from './errors.js';
import type { EventPayload } from './log/event-payloads.js';
import type { ChangePorts, FixPorts } from './ports.js';
import type { Prd } from './prd/prd.js';
import type { Clarification, Reasoner } from './reasoner.js';
import { createRunSession, type RunSession, type SessionOptions, settingsOf } from './run-session.js';
import { dropPlan } from './steps/finish-run.js';
import { selectPart } from './steps/select-part.js';
import { recordPrd } from './steps/write-prd.js';

export interface ResumeRunOptions extends SessionOptions {
  /** Apply what a dry run verified. Default false: a verified run stays as it is. */
  apply?: boolean;
  /** Keep only this part of a verified proposal; the gates run again on it, then it is applied. */
  accept?: { rows?: readonly RowKey[]; files?: readonly string[] };
  /** End the run and leave the tree as it is; the reason is recorded. */
  reject?: string;
  /** What should be different: a new attempt on the same context and evidence. Also opens a rejected run again. */
  modify?: string;
  /** Accept the PRD the run waits with. */
  approve?: boolean;
  /** An edited PRD; only the planning steps it touches run again. */
  prd?: Prd;
  /** The answer to the question the run waits with. */
  answer?: string;
  /** Raised caps, for a run that paused at one. */
  caps?: Partial<BudgetCaps>;
  /** Who reasons, default `ports.reasoner`. */
  reasoner?: Reasoner;
}

type Choice = EventPayload<'breakpoint-resolved'>['choice'];

/**
 * Takes up a run where its log ends: after a crash, a pause, an answered question or a dry run.
 *
 * Nothing is done twice: an answer that was paid for is used, a write that happened is found in the tree, a commit and a
 * promotion that happened are recognized. Runs that are over, and questions that are not answered, return unchanged.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_RUN_BUSY, PT_SORCERER_LOG_CORRUPT, PT_SORCERER_ARTEFACT_CORRUPT,
 * PT_SORCERER_OPTION_INVALID for a part that the proposal does not have
 */
export async function resumeRun(
  ports: FixPorts | ChangePorts,
  runId: string,
  options: ResumeRunOptions = {},
): Promise<RunOutcome> {
  await using log = await ports.log.open(runId);
  const { reasoner } = options;
  const session = createRunSession(log, reasoner === undefined ? ports : { ...ports, reasoner }, options);
  settingsOf(session);
  const choice = chooseResolution(session, options);
  if (choice === undefined) return readOutcome(session);
  recordResolution(session, choice, options);
  if (choice === 'reject') return await endRejected(session, options.reject ?? '');
  if (options.prd !== undefined) recordPrd(session, nextVersion(session, options.prd), 'user');
  if (choice === 'select' && options.accept !== undefined) await selectPart(session, options.accept);
  return await driveRun(session); // the log must stay open until the run is done
}

function recordResolution(session: RunSession, choice: Choice, options: ResumeRunOptions): void {
  const { caps } = settingsOf(session);
  const isOpen = session.state().ended === null;
  session.record('stage-started', { stage: 'resume' });
  if (isOpen && options.caps === undefined) return;
  session.record('breakpoint-resolved', {
    choice,
    clarifications: collectAnswers(session, choice, options),
    caps: { ...caps, ...options.caps },
    reason: options.reject ?? options.modify ?? null,
  });
}

/** What the given options resolve; undefined when the run is over or what it waits for was not given. */
function chooseResolution(session: RunSession, options: ResumeRunOptions): Choice | undefined {
  const { ended } = session.state();
  if (ended === null) return 'continue';
  if (!RESUMABLE.has(ended.status)) return undefined;
  if (options.prd !== undefined) return 'approve';
  if (options.modify !== undefined) return 'modify';
  if (ended.status === 'rejected') return undefined;
  if (options.reject !== undefined) return 'reject';
  return ended.status === 'verified' ? chooseForVerified(options) : chooseForPaused(session, options);
}

const RESUMABLE: ReadonlySet<string> = new Set(['paused', 'verified', 'rejected']);

function chooseForPaused(session: RunSession, { approve, answer }: ResumeRunOptions): Choice | undefined {
  const { planning, attempts } = session.state();
  const outcome = planning.outcome ?? attempts.at(-1)?.outcome ?? null;
  if (outcome?.kind === 'approval') return approve === true ? 'approve' : undefined;
  if (outcome !== null && outcome.questions.length > 0) return answer === undefined ? undefined : 'answer';
  return 'continue';
}

function chooseForVerified({ accept, apply }: ResumeRunOptions): Choice | undefined {
  if (accept !== undefined) return 'select';
  return apply === true ? 'apply' : undefined;
}

function collectAnswers(
  session: RunSession,
  choice: Choice,
  { answer, modify }: ResumeRunOptions,
): Clarification[] {
  const state = session.state();
  const questions = state.planning.outcome?.questions ?? state.attempts.at(-1)?.outcome?.questions ?? [];
  if (choice === 'answer' && answer !== undefined) return [{ question: questions.join('\n'), answer }];
  return choice === 'modify' && modify !== undefined
    ? [{ question: 'What should be different from the last proposal?', answer: modify }]
    : [];
}

/** A user's edit is always a new version, whatever number it carries. */
function nextVersion(session: RunSession, prd: Prd): Prd {
  const { request } = settingsOf(session);
  if (prd.request !== request) {
    throw new SorcererError('PT_SORCERER_OPTION_INVALID', {
      message: 'The PRD belongs to another request. Start a new run for it',
      details: { option: 'prd', value: prd.request.slice(0, 200) },
    });
  }
  return { ...prd, version: (session.state().planning.prd?.version ?? 0) + 1 };
}

async function endRejected(session: RunSession, reason: string): Promise<RunOutcome> {
  await dropPlan(session);
  session.record('run-ended', { status: 'rejected', reason: `rejected by the user: ${reason}` });
  return readOutcome(session);
}
