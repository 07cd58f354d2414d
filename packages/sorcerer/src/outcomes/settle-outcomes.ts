import { SorcererError } from '../errors.js';
import { listRuns } from '../log/read-run.js';
import { type Outcome, pickOutcomes } from './outcome.js';
import { readOutcomeLog } from './outcome-log.js';
import { recordOutcome } from './record-outcome.js';

/** A commit as git tells it. */
export interface HistoryCommit {
  commit: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Subject, text and trailers. */
  message: string;
}

/** Days a commit has to stand to count as kept. */
export const KEPT_DAYS = 7;
/** Later commits that count as much. */
export const KEPT_COMMITS = 10;

const DAY_MS = 86_400_000;

/**
 * Writes down what git shows of committed runs: reverted, or kept for {@link KEPT_DAYS} days or {@link KEPT_COMMITS} later
 * commits. Answers what is new.
 *
 * A run is found by the trailer of its commit, so rebasing and amending change nothing. A run without a commit in `history`
 * (another branch, a squash) stays open: absence shows nothing. `history` is what HEAD reaches, newest first.
 * So does a run whose documents are damaged.
 */
export async function settleOutcomes(
  dir: string,
  history: readonly HistoryCommit[],
  now: number,
): Promise<Outcome[]> {
  const known = pickOutcomes(readOutcomeLog(dir).lines);
  const news: Outcome[] = [];
  for (const { run_id, commit } of await listRuns(dir)) {
    if (commit === null || known.get(run_id)?.cause === 'labelled') continue;
    const found = judgeCommit(run_id, history, now);
    if (found === null || found.cause === known.get(run_id)?.cause) continue;
    const outcome = await recordOutcome(dir, run_id, { ...found, at: now }).catch(skipDamaged);
    if (outcome !== null) news.push(outcome);
  }
  return news;
}

/** A run whose documents were changed tells nothing; the others still do. */
function skipDamaged(cause: unknown): null {
  if (SorcererError.isInstance(cause)) return null;
  throw cause;
}

function judgeCommit(
  runId: string,
  history: readonly HistoryCommit[],
  now: number,
): { cause: 'kept' | 'reverted'; note: string } | null {
  const trailer = new RegExp(`^Parseltongue-Run: ${escape(runId)}\\s*$`, 'm');
  const at = history.findIndex(({ message }) => trailer.test(message));
  const own = history[at];
  if (own === undefined) return null;
  const revert = findRevert(own.commit, history.slice(0, at).reverse());
  if (revert !== null) return { cause: 'reverted', note: revert };
  const isOld = now - own.at >= KEPT_DAYS * DAY_MS || at >= KEPT_COMMITS;
  return isOld ? { cause: 'kept', note: own.commit } : null;
}

/** The commit that takes `target` back, unless a later one takes that back again. */
function findRevert(target: string, later: readonly HistoryCommit[]): string | null {
  const revert = later.findLast(({ message }) => message.includes(`This reverts commit ${target}`));
  if (revert === undefined) return null;
  const isTakenBack = findRevert(revert.commit, later.slice(later.indexOf(revert) + 1)) !== null;
  return isTakenBack ? null : revert.commit;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
