import { MAX_CLARIFICATIONS } from '../decide.js';
import { findStaleSteps, formatPrd, type Prd, PrdContract, PrdSchema } from '../prd/prd.js';
import { formatBlocks } from '../prompts/step-prompts-v1.js';
import { type RunSession, settingsOf } from '../run-session.js';
import { askStep } from './ask-step.js';
import { endPlanning } from './end-planning.js';
import { loadBase, loadPrd } from './load-documents.js';
import { type PrdAnswer, PrdAnswerSchema } from './step-schemas.js';

/**
 * The micro-PRD dialogue: the reasoner asks about tests, behaviour and functionality, two rounds at most, then states
 * behaviours with their tests. Each round is a conversation of its own.
 */
export async function writePrd(session: RunSession): Promise<void> {
  session.record('stage-started', { stage: 'prd', attempt: 0 });
  const { request, kind } = settingsOf(session);
  const { clarifications } = session.state();
  const isLastRound = clarifications.length >= MAX_CLARIFICATIONS;
  const result = await askStep(session, {
    step: 'prd',
    attempt: 0,
    context: loadBase(session),
    schema: PrdAnswerSchema,
    task: formatBlocks([
      ['request', request],
      ['kind', kind ?? ''],
      [
        'clarification',
        clarifications.map(({ question, answer }) => `Asked: ${question}\nAnswered: ${answer}`).join('\n\n'),
      ],
      ['round', isLastRound ? 'No question is left: state the behaviours now.' : ''],
    ]),
  });
  if (result.status === 'ended') {
    endPlanning(session, result);
    return;
  }
  const { questions } = result.value;
  if (questions.length > 0) {
    endPlanning(session, { outcome: 'question', reason: questions.join('\n'), questions });
    return;
  }
  recordPrd(session, createPrd(session, result.value), 'model');
}

/** Stores a version of the PRD; planning steps it makes stale are forgotten. */
export function recordPrd(session: RunSession, value: Prd, source: 'model' | 'user'): void {
  const parsed = PrdSchema.safeParse(value);
  if (!parsed.success) {
    endPlanning(session, {
      outcome: 'malformed',
      reason: `The PRD cannot be used: ${parsed.error.issues[0]?.message ?? ''}`,
    });
    return;
  }
  const before = loadPrd(session);
  session.record('stage-ended', {
    stage: 'prd',
    attempt: 0,
    artefact: session.log.writeArtefact(session.nameArtefact('prd'), parsed.data),
    version: parsed.data.version,
    kind: parsed.data.kind,
    acceptance: parsed.data.acceptance.map(({ path }) => path),
    source,
    stale: before === null ? [] : findStaleSteps(before, parsed.data),
  });
}

function createPrd(session: RunSession, answer: PrdAnswer): Prd {
  const { request, kind } = settingsOf(session);
  return {
    schema_version: PrdContract,
    version: (session.state().planning.prd?.version ?? 0) + 1,
    request,
    kind: kind ?? answer.kind,
    title: answer.title,
    behaviours: answer.behaviours,
    out_of_scope: answer.out_of_scope,
    acceptance: [],
  };
}

/** The accepted PRD is the user's when every milestone asks; otherwise policy accepts it and the gates judge later. */
export function approvePrd(session: RunSession): void {
  if (settingsOf(session).autonomy !== 'ask_always') {
    session.record('stage-ended', { stage: 'approval', attempt: 0, by: 'policy' });
    return;
  }
  const prd = loadPrd(session);
  endPlanning(session, { outcome: 'approval', reason: prd === null ? 'Accept the PRD?' : formatPrd(prd) });
}
