import { lstat } from 'node:fs/promises';
import { locateGitOrNull } from '../git/read-git-state.js';
import type { TreeContext } from '../git/tree-context.js';
import { holdTree } from './apply-lock.js';
import { returnNullWhenAbsent } from './file-image.js';
import { archiveJournal, type ChangeKind, type Journal, loadJournal } from './journal.js';
import { type JournalHome, nameJournalHome } from './journal-home.js';
import { type FileConflict, rollBack } from './roll-back.js';
import { createReach, type FaultPoint, type Reach } from './step.js';

/** Which tree the user has after an interrupted change was brought to an end. */
export interface RecoveryReport {
  /** `old`: as before the change; `new`: the whole change is there and was verified. */
  tree: 'old' | 'new';
  kind: ChangeKind;
  title: string;
  proposal_id: string | null;
  /** The files the change was about. */
  paths: string[];
  /** Files somebody edited after the interruption; they were left alone and are neither old nor new. */
  conflicts: FileConflict[];
  /** All of this in one or two sentences. */
  message: string;
}

/**
 * Ends a change that was interrupted: takes it back, or completes it when it was verified already.
 *
 * Answers null when nothing was interrupted or the folder is no git work tree. Can itself be interrupted and repeated.
 *
 * @throws PreflightError PT_PREFLIGHT_APPLY_BUSY while the process that changes the tree still lives,
 * PT_PREFLIGHT_JOURNAL_DAMAGED
 */
export async function recoverJournal(
  context: TreeContext,
  options: { faultPoint?: FaultPoint } = {},
): Promise<RecoveryReport | null> {
  const layout = await locateGitOrNull(context);
  if (layout === null) return null;
  const home = nameJournalHome(layout);
  if ((await lstat(home.journalDir).catch(returnNullWhenAbsent)) === null) return null;
  return await holdTree(home, () => endInterrupted(home, createReach({ faultPoint: options.faultPoint })));
}

async function endInterrupted(home: JournalHome, reach: Reach): Promise<RecoveryReport | null> {
  const journal = await loadJournal(home);
  if (journal === null) return null;
  if (journal.state === 'verified') {
    await archiveJournal(home, journal, reach);
    return describeRecovery(journal, 'new', []);
  }
  return describeRecovery(journal, 'old', await rollBack(home, journal, reach));
}

function describeRecovery(journal: Journal, tree: 'old' | 'new', conflicts: FileConflict[]): RecoveryReport {
  return {
    tree,
    kind: journal.kind,
    title: journal.title,
    proposal_id: journal.proposal_id,
    paths: journal.files.map((file) => file.path),
    conflicts,
    message: formatMessage(journal, tree, conflicts),
  };
}

const ACTIONS: Record<ChangeKind, string> = {
  apply: 'Applying',
  undo: 'Taking back',
  restore: 'Restoring',
};

function formatMessage(journal: Journal, tree: 'old' | 'new', conflicts: readonly FileConflict[]): string {
  const what = `${ACTIONS[journal.kind]} "${journal.title}" was interrupted`;
  if (tree === 'new') return `${what} after it was verified: the tree is the new one, complete`;
  if (conflicts.length === 0) return `${what} and has been taken back: the tree is the old one`;
  const paths = conflicts.map((conflict) => conflict.path).join(', ');
  return `${what} and has been taken back: the tree is the old one except for ${paths}, edited since and left alone; the old bytes are kept in the git folder`;
}
