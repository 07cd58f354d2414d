import type { FileChange, GateReport, Proposal } from '@parseltongue/isg-core';
import { PreflightError } from '../errors.js';
import { assertGitIdle } from '../git/read-git-state.js';
import type { TreeContext } from '../git/tree-context.js';
import { holdTree } from './apply-lock.js';
import { assertPassed, assertSubject } from './check-receipt.js';
import {
  assertPlainPath,
  assertSafePath,
  createFileImage,
  type FileImage,
  readPathState,
  unsafePath,
} from './file-image.js';
import { loadJournal, type PlannedWrite } from './journal.js';
import { type JournalHome, openJournalHome } from './journal-home.js';
import type { FileConflict } from './roll-back.js';
import { staleFile } from './stale-file.js';
import type { ApplyEvent, FaultPoint } from './step.js';
import { runTransaction, type TransactionResult, type VerifyResult } from './transaction.js';

/** A proposal, the proof that it may be written, and the check of the written tree. */
export interface ApplyOptions {
  proposal: Proposal;
  report: GateReport;
  /** Builds and tests the user's tree after the files are written; `ok: false` takes everything back. */
  verify: () => Promise<VerifyResult>;
  signal?: AbortSignal;
  onEvent?: (event: ApplyEvent) => void;
  /** Awaited at every boundary of the work, for fault injection. */
  faultPoint?: FaultPoint;
}

/** What happens to one file. */
export interface ChangedFile {
  path: string;
  action: 'create' | 'edit' | 'delete';
}

/** How an apply ended. After `rolled_back` the tree is the old one except for the conflicts. */
export type ApplyOutcome =
  | {
      status: 'applied';
      /** Names the change in the undo history. */
      change_id: string;
      files: ChangedFile[];
      warnings: string[];
      /** What the check of the written tree said. */
      detail: string;
      ms: number;
    }
  | {
      status: 'rolled_back';
      reason: string;
      /** Code of the error that stopped the change, null when it had none. */
      code: string | null;
      /** Files somebody edited meanwhile; they were left alone. */
      conflicts: FileConflict[];
      files: ChangedFile[];
      warnings: string[];
      ms: number;
    };

/**
 * Writes a verified proposal into the user's tree, all of it or nothing.
 *
 * Refusals before the first write are thrown; whatever goes wrong later (a file that changed in the last moment, an
 * abort, a red check of the written tree, a full disk) takes everything back and is an outcome.
 * Modes are kept, modification times are not. A killed process leaves a journal for {@link recoverJournal}.
 *
 * @throws PreflightError PT_PREFLIGHT_NO_RECEIPT, PT_PREFLIGHT_STALE_FILE, PT_PREFLIGHT_PATH_OUTSIDE,
 * PT_PREFLIGHT_PATH_UNSAFE, PT_PREFLIGHT_GIT_BUSY, PT_PREFLIGHT_NOT_GIT, PT_PREFLIGHT_APPLY_BUSY,
 * PT_PREFLIGHT_JOURNAL_LEFTOVER, PT_PREFLIGHT_APPLY_FAILED; the reason of `signal` when it is aborted before the first write
 */
export async function applyProposal(context: TreeContext, options: ApplyOptions): Promise<ApplyOutcome> {
  assertPassed(options.report);
  const home = await openJournalHome(context);
  return await holdTree(home, () => applyLocked(context, home, options));
}

/**
 * Refuses while an interrupted change waits for its recovery.
 *
 * @throws PreflightError PT_PREFLIGHT_JOURNAL_LEFTOVER, PT_PREFLIGHT_JOURNAL_DAMAGED
 */
export async function assertNoLeftover(home: JournalHome): Promise<void> {
  const journal = await loadJournal(home);
  if (journal === null) return;
  throw new PreflightError('PT_PREFLIGHT_JOURNAL_LEFTOVER', {
    message: `An earlier change ("${journal.title}") was interrupted. Recover it first`,
    details: { title: journal.title },
  });
}

/** What a planned write does to its file. */
export function describeWrite(write: PlannedWrite): ChangedFile {
  const action = write.before === null ? 'create' : write.after === null ? 'delete' : 'edit';
  return { path: write.path, action };
}

async function applyLocked(
  context: TreeContext,
  home: JournalHome,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const startedAt = performance.now();
  const { proposal, report, signal } = options;
  await assertNoLeftover(home);
  await assertGitIdle(home);
  const warnings: string[] = [];
  const writes = await planWrites(home.root, proposal.files, warnings);
  await assertSubject(context, { proposal, report, signal });
  const { title, id } = proposal;
  const result = await runTransaction(home, {
    title: { kind: 'apply', title, proposalId: id, receiptHash: report.receipt_hash },
    writes,
    verify: options.verify,
    listeners: { signal, onEvent: options.onEvent, faultPoint: options.faultPoint },
  });
  const ms = performance.now() - startedAt;
  return describeResult(result, { files: writes.map(describeWrite), warnings, ms });
}

async function planWrites(
  root: string,
  files: readonly FileChange[],
  warnings: string[],
): Promise<PlannedWrite[]> {
  const removed = new Set(files.filter((file) => file.after === null).map((file) => file.path));
  const writes: PlannedWrite[] = [];
  const seen = new Set<string>();
  for (const file of files) {
    if (seen.has(file.path)) throw unsafePath(file.path, 'the proposal names it twice');
    seen.add(file.path);
    assertPlainPath(file.path);
    await assertSafePath(root, file.path, removed);
    const before = await readBefore(root, file, warnings);
    const after =
      file.after === null ? null : createFileImage(Buffer.from(file.after, 'utf8'), before ?? undefined);
    if (before?.hash !== after?.hash) writes.push({ path: file.path, before, after });
  }
  return writes;
}

async function readBefore(root: string, file: FileChange, warnings: string[]): Promise<FileImage | null> {
  const state = await readPathState(root, file.path);
  if (state.is === 'folder' || state.is === 'special') throw unsafePath(file.path, `it is a ${state.is}`);
  const before = state.is === 'image' ? state.image : null;
  if (before?.kind === 'symlink') throw unsafePath(file.path, 'it is a symbolic link');
  if ((before?.hash ?? null) !== file.before_hash) {
    throw staleFile(file.path, file.before_hash === null ? null : { hash: file.before_hash }, before);
  }
  if (state.is === 'image' && state.linkCount > 1) {
    warnings.push(`${file.path} is one of ${state.linkCount} hard links; its other names keep the old text`);
  }
  return before;
}

function describeResult(
  result: TransactionResult,
  about: { files: ChangedFile[]; warnings: string[]; ms: number },
): ApplyOutcome {
  const { files, ms } = about;
  const warnings = [...about.warnings, ...result.warnings];
  if (result.status === 'done') {
    return { status: 'applied', change_id: result.id, files, warnings, detail: result.detail, ms };
  }
  const code = PreflightError.isInstance(result.cause) ? result.cause.code : null;
  return {
    status: 'rolled_back',
    reason: result.reason,
    code,
    conflicts: result.conflicts,
    files,
    warnings,
    ms,
  };
}
