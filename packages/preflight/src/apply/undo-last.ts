import { PreflightError } from '../errors.js';
import { assertGitIdle } from '../git/read-git-state.js';
import { runGit } from '../git/run-git.js';
import type { TreeContext } from '../git/tree-context.js';
import { holdTree } from './apply-lock.js';
import { assertNoLeftover, type ChangedFile, describeWrite } from './apply-proposal.js';
import { assertSafePath, isSameVersion, readPathState } from './file-image.js';
import {
  type ChangeKind,
  type HistoryEntry,
  type JournalFile,
  loadBackup,
  loadNewestEntry,
  type PlannedWrite,
} from './journal.js';
import { type JournalHome, openJournalHome } from './journal-home.js';
import type { ApplyEvent, FaultPoint } from './step.js';
import { runTransaction } from './transaction.js';

/** How to take the last change back. */
export interface UndoOptions {
  /** Only says what would happen. */
  preview?: boolean;
  signal?: AbortSignal;
  onEvent?: (event: ApplyEvent) => void;
  /** Awaited at every boundary of the work, for fault injection. */
  faultPoint?: FaultPoint;
}

/** What an undo did, or would do. Only `restored` changed anything. */
export interface UndoOutcome {
  status: 'restored' | 'preview' | 'conflict' | 'rolled_back';
  /** The change that is taken back; `kind: 'undo'` makes this a redo. */
  change: { id: string; kind: ChangeKind; title: string; proposal_id: string | null; at: string };
  files: ChangedFile[];
  /** Files that are no longer what the change left; with any of them nothing is touched. */
  conflicts: string[];
  /** The change is in HEAD already: an undo then changes the working tree only, the commit stays. */
  is_committed: boolean;
  /** Why it was rolled back; null otherwise. */
  reason: string | null;
  warnings: string[];
  /** All of this in one or two sentences. */
  message: string;
}

/**
 * Takes the last change back: files as they were before the newest apply, undo or restore. Done twice it is a redo.
 *
 * All or nothing, under the same journal as an apply. Index, branches and commits stay as they are.
 *
 * @throws PreflightError PT_PREFLIGHT_NOTHING_TO_UNDO, PT_PREFLIGHT_GIT_BUSY, PT_PREFLIGHT_NOT_GIT,
 * PT_PREFLIGHT_APPLY_BUSY, PT_PREFLIGHT_JOURNAL_LEFTOVER, PT_PREFLIGHT_JOURNAL_DAMAGED, PT_PREFLIGHT_APPLY_FAILED
 */
export async function undoLast(context: TreeContext, options: UndoOptions = {}): Promise<UndoOutcome> {
  const home = await openJournalHome(context);
  return await holdTree(home, () => undoLocked(context, home, options));
}

async function undoLocked(
  context: TreeContext,
  home: JournalHome,
  options: UndoOptions,
): Promise<UndoOutcome> {
  await assertNoLeftover(home);
  await assertGitIdle(home);
  const entry = await loadNewestEntry(home);
  if (entry === null) {
    throw new PreflightError('PT_PREFLIGHT_NOTHING_TO_UNDO', {
      message: 'Nothing to undo: no change has been applied to this tree yet. Apply a proposal first',
      details: { reason: 'the undo history is empty' },
    });
  }
  const plan = await planUndo(home, entry);
  const isCommitted = await isInHead(context, entry);
  const outcome = describeUndo(entry, plan, isCommitted);
  if (plan.conflicts.length > 0 || options.preview === true) return outcome;
  return await carryOut(home, { entry, plan, outcome }, options);
}

interface UndoPlan {
  writes: PlannedWrite[];
  conflicts: string[];
}

async function planUndo(home: JournalHome, entry: HistoryEntry): Promise<UndoPlan> {
  const plan: UndoPlan = { writes: [], conflicts: [] };
  // What the change removed may have made room for a folder, and the other way round.
  const removed = new Set(
    entry.journal.files.filter((file) => file.before === null).map((file) => file.path),
  );
  for (const file of entry.journal.files) {
    const write = await planFile(home.root, { entry, file, removed });
    if (write === null) plan.conflicts.push(file.path);
    else plan.writes.push(write);
  }
  return plan;
}

async function planFile(
  root: string,
  about: { entry: HistoryEntry; file: JournalFile; removed: ReadonlySet<string> },
): Promise<PlannedWrite | null> {
  const { entry, file, removed } = about;
  try {
    await assertSafePath(root, file.path, removed);
  } catch (error) {
    if (PreflightError.isInstance(error)) return null;
    throw error;
  }
  const state = await readPathState(root, file.path);
  const current = state.is === 'image' ? state.image : null;
  const isLeavingFolder =
    state.is === 'folder' && [...removed].some((path) => path.startsWith(`${file.path}/`));
  const isReadable = state.is === 'image' || state.is === 'absent' || isLeavingFolder;
  if (!isReadable || !isSameVersion(current, file.after)) return null;
  return { path: file.path, before: current, after: await loadBackup(entry.dir, file) };
}

/** True when HEAD holds the files as the change left them. */
async function isInHead(context: TreeContext, entry: HistoryEntry): Promise<boolean> {
  const paths = entry.journal.files.map((file) => file.path);
  const hasHead = await runGit(context, ['rev-parse', '--verify', '--quiet', 'HEAD'], { accept: [0, 1] });
  if (hasHead.exit !== 0 || paths.length === 0) return false;
  const { stdout } = await runGit(context, [
    'status',
    '--porcelain',
    '--untracked-files=all',
    '--ignored',
    '-z',
    '--',
    ...paths,
  ]);
  return stdout === '';
}

function describeUndo(entry: HistoryEntry, plan: UndoPlan, isCommitted: boolean): UndoOutcome {
  const { id, kind, title, proposal_id, started } = entry.journal;
  const hasConflicts = plan.conflicts.length > 0;
  const what = `"${title}" (${entry.journal.files.length} files)`;
  const message = hasConflicts
    ? `Nothing was changed: ${plan.conflicts.join(', ')} changed since ${what}. Save those edits elsewhere, or take them back first`
    : `Would take back ${what}${isCommitted ? '; it is committed, so only the working tree would change' : ''}`;
  return {
    status: hasConflicts ? 'conflict' : 'preview',
    change: { id, kind, title, proposal_id, at: started },
    files: plan.writes.map(describeWrite),
    conflicts: plan.conflicts,
    is_committed: isCommitted,
    reason: null,
    warnings: [],
    message,
  };
}

async function carryOut(
  home: JournalHome,
  undo: { entry: HistoryEntry; plan: UndoPlan; outcome: UndoOutcome },
  options: UndoOptions,
): Promise<UndoOutcome> {
  const { journal } = undo.entry;
  const result = await runTransaction(home, {
    title: {
      kind: 'undo',
      title: journal.title,
      proposalId: journal.proposal_id,
      receiptHash: journal.receipt_hash,
    },
    writes: undo.plan.writes,
    listeners: { signal: options.signal, onEvent: options.onEvent, faultPoint: options.faultPoint },
  });
  const { warnings } = result;
  if (result.status === 'done') {
    return {
      ...undo.outcome,
      status: 'restored',
      warnings,
      message: formatDone(journal.title, undo.outcome),
    };
  }
  const conflicts = result.conflicts.map((conflict) => conflict.path);
  const message = `Nothing was taken back: ${result.reason}`;
  return { ...undo.outcome, status: 'rolled_back', reason: result.reason, conflicts, warnings, message };
}

function formatDone(title: string, { files, is_committed }: UndoOutcome): string {
  const done = `Took back "${title}" (${files.length} files); undo again to redo it`;
  return is_committed
    ? `${done}. It is committed: only the working tree changed, the commit is still there`
    : done;
}
