import { scoreRun } from '../confidence/score-run.js';
import { foldEvents } from '../fold-events.js';
import { listRuns, readRun } from '../log/read-run.js';
import { type Outcome, type OutcomeCause, OutcomeContract, pickOutcomes } from './outcome.js';
import { appendOutcome, readOutcomeLog } from './outcome-log.js';

/** What became known of a run. */
export interface OutcomeNews {
  cause: Exclude<OutcomeCause, 'labelled'>;
  note?: string | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Writes down what became of the verified proposal of a run.
 *
 * Null, and nothing is written, for a run whose latest proposal did not pass its gates: its truth says nothing about scores.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_LOG_CORRUPT, PT_SORCERER_ARTEFACT_CORRUPT
 */
export function recordOutcome(dir: string, runId: string, news: OutcomeNews): Promise<Outcome | null> {
  return writeOutcome(dir, runId, { verdict: VERDICTS[news.cause], ...news });
}

/**
 * Writes down what a person says of a run; it stands whatever becomes of the change.
 *
 * Null for a run whose latest proposal did not pass its gates.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_LOG_CORRUPT, PT_SORCERER_ARTEFACT_CORRUPT
 */
export function labelRun(
  dir: string,
  runId: string,
  label: { verdict: 'good' | 'bad'; note?: string | null; at: number },
): Promise<Outcome | null> {
  return writeOutcome(dir, runId, { cause: 'labelled', ...label });
}

/**
 * Writes down that an applied proposal was taken back, or brought forth again when it had been taken back before.
 *
 * Null when no run made the proposal.
 */
export async function recordUndo(dir: string, proposalId: string, at: number): Promise<Outcome | null> {
  for (const { run_id } of await listRuns(dir)) {
    const { proposal } = await readRun(dir, run_id);
    if (proposal?.id !== proposalId) continue;
    const last = pickOutcomes(readOutcomeLog(dir).lines.filter(isUndo)).get(run_id);
    return recordOutcome(dir, run_id, { cause: last?.cause === 'undone' ? 'redone' : 'undone', at });
  }
  return null;
}

const VERDICTS: Readonly<Record<OutcomeNews['cause'], Outcome['verdict']>> = {
  accepted: 'good',
  kept: 'good',
  redone: 'open',
  rejected: 'bad',
  reverted: 'bad',
  undone: 'bad',
};

function isUndo({ cause }: Outcome): boolean {
  return cause === 'undone' || cause === 'redone';
}

async function writeOutcome(
  dir: string,
  runId: string,
  {
    cause,
    verdict,
    note = null,
    at,
  }: Pick<Outcome, 'cause' | 'verdict'> & { note?: string | null; at: number },
): Promise<Outcome | null> {
  const { events, report } = await readRun(dir, runId);
  const score = scoreRun(foldEvents(events), report);
  if (score === 0) return null;
  const outcome: Outcome = {
    contract: OutcomeContract,
    run_id: runId,
    at: new Date(at).toISOString(),
    cause,
    verdict,
    score,
    note,
  };
  appendOutcome(dir, outcome);
  return outcome;
}
