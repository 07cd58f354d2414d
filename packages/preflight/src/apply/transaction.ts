import { mkdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PreflightError } from '../errors.js';
import { writeImage } from './durable-file.js';
import { assertSafePath, isSameVersion, readPathState } from './file-image.js';
import {
  archiveJournal,
  type ChangeTitle,
  createJournal,
  type Journal,
  loadJournal,
  type PlannedWrite,
  saveState,
} from './journal.js';
import type { JournalHome } from './journal-home.js';
import { planFolders } from './plan-folders.js';
import { type FileConflict, removeIfEmpty, rollBack, syncParents, touch } from './roll-back.js';
import { staleFile } from './stale-file.js';
import { createReach, type Reach, type StepListeners } from './step.js';

/** What the check of the written tree said. */
export interface VerifyResult {
  ok: boolean;
  /** One sentence; shown when the change is rolled back. */
  detail: string;
}

/** A change of many files that happens as a whole or not at all. */
export interface TransactionRequest {
  title: ChangeTitle;
  writes: readonly PlannedWrite[];
  listeners: StepListeners;
  /** Looks at the written tree; without it the written tree is taken as it is. */
  verify?: () => Promise<VerifyResult>;
}

/** How a change ended; after `rolled_back` the tree is the old one except for the conflicts. */
export type TransactionResult =
  | { status: 'done'; id: string; detail: string; warnings: string[] }
  | { status: 'rolled_back'; reason: string; cause: unknown; conflicts: FileConflict[]; warnings: string[] };

/**
 * Carries out a change under the lock of the tree.
 *
 * Order: backups and plan on the disk, new bytes beside their targets, every file checked again, removals, renames,
 * folders synced, check of the tree, undo history. A failure anywhere before the end takes everything back.
 *
 * @throws PreflightError PT_PREFLIGHT_APPLY_FAILED when taking back failed too; the journal stays for the recovery
 */
export async function runTransaction(
  home: JournalHome,
  request: TransactionRequest,
): Promise<TransactionResult> {
  const reach = createReach(request.listeners);
  const warnings: string[] = [];
  let journal: Journal;
  let detail: string;
  try {
    const folders = await planFolders(home.root, request.writes);
    journal = await createJournal(home, { title: request.title, writes: request.writes, folders }, reach);
    detail = await writeAndVerify(home, { journal, request, warnings }, reach);
  } catch (cause) {
    return await takeBack(home, { cause, request, warnings });
  }
  return await finish(home, { journal, request, warnings }, detail);
}

interface Running {
  journal: Journal;
  request: TransactionRequest;
  warnings: string[];
}

async function writeAndVerify(home: JournalHome, running: Running, reach: Reach): Promise<string> {
  const { journal, request } = running;
  await writeTemps(home, running, reach);
  for (const write of request.writes) await assertUnchanged(home.root, write, removedPaths(request.writes));
  await reach('rechecked');
  await removeOld(home, running, reach);
  await placeNew(home, running, reach);
  await syncParents(home.root, journal, reach);
  if (request.verify === undefined) {
    await saveState(home, { journal, state: 'verified' }, reach);
    return 'not verified again';
  }
  await saveState(home, { journal, state: 'written' }, reach);
  const verdict = await request.verify();
  await reach('verify-ended');
  if (!verdict.ok) throw new Error(verdict.detail);
  running.warnings.push(...(await findEditedMeanwhile(home.root, request.writes)));
  await saveState(home, { journal, state: 'verified' }, reach);
  return verdict.detail;
}

async function writeTemps(home: JournalHome, running: Running, reach: Reach): Promise<void> {
  for (const [index, { path, after }] of running.request.writes.entries()) {
    const temp = running.journal.files[index]?.temp ?? null;
    if (after === null || temp === null) continue;
    const options = { reach: (step: string) => reach(step, path), name: 'temp' };
    const keepsOwner = await writeImage(join(home.root, temp), after, options);
    if (!keepsOwner)
      running.warnings.push(`${path} now belongs to the current user: its owner could not be kept`);
  }
}

async function removeOld(home: JournalHome, { journal, request }: Running, reach: Reach): Promise<void> {
  for (const write of request.writes) {
    if (write.after !== null) continue;
    await assertUnchanged(home.root, write, new Set());
    await unlink(join(home.root, write.path));
    await reach('old-removed', write.path);
  }
  for (const folder of journal.emptied_folders) await removeIfEmpty(join(home.root, folder));
  await reach('emptied-folders-removed');
}

async function placeNew(home: JournalHome, { journal, request }: Running, reach: Reach): Promise<void> {
  for (const folder of journal.created_folders) {
    await assertSafePath(home.root, folder);
    await mkdir(join(home.root, folder));
    await reach('folder-created', folder);
  }
  for (const [index, write] of request.writes.entries()) {
    const temp = journal.files[index]?.temp ?? null;
    if (temp === null) continue;
    const target = join(home.root, write.path);
    await assertUnchanged(home.root, write, new Set());
    await rename(join(home.root, temp), target);
    await reach('new-renamed', write.path);
    await touch(target);
    await reach('new-touched', write.path);
  }
}

/** Checks right before a file is touched that it still is what the change was made against. */
async function assertUnchanged(
  root: string,
  write: PlannedWrite,
  removed: ReadonlySet<string>,
): Promise<void> {
  await assertSafePath(root, write.path, removed);
  const state = await readPathState(root, write.path);
  const isLeavingFolder =
    state.is === 'folder' && [...removed].some((path) => path.startsWith(`${write.path}/`));
  const current = state.is === 'image' ? state.image : null;
  const isKnown = state.is === 'image' || state.is === 'absent' || isLeavingFolder;
  if (isKnown && isSameVersion(current, write.before)) return;
  throw staleFile(write.path, write.before, current);
}

function removedPaths(writes: readonly PlannedWrite[]): ReadonlySet<string> {
  return new Set(writes.filter((write) => write.after === null).map((write) => write.path));
}

async function findEditedMeanwhile(root: string, writes: readonly PlannedWrite[]): Promise<string[]> {
  const warnings: string[] = [];
  for (const { path, after } of writes) {
    const state = await readPathState(root, path);
    const current = state.is === 'image' ? state.image : null;
    if (!isSameVersion(current, after))
      warnings.push(`${path} was edited while the written tree was being verified`);
  }
  return warnings;
}

/** Moves a verified change into the undo history; an abort comes too late to stop it. */
async function finish(home: JournalHome, running: Running, detail: string): Promise<TransactionResult> {
  const { journal, warnings } = running;
  await archiveJournal(home, journal, createUnstoppableReach(running.request)).catch((cause: unknown) => {
    warnings.push(`The change is complete, but its undo history could not be written: ${describe(cause)}`);
  });
  return { status: 'done', id: journal.id, detail, warnings };
}

async function takeBack(
  home: JournalHome,
  failed: { cause: unknown; request: TransactionRequest; warnings: string[] },
): Promise<TransactionResult> {
  const { cause, request, warnings } = failed;
  try {
    const journal = await loadJournal(home);
    if (journal?.state === 'verified') return await finish(home, { journal, request, warnings }, 'verified');
    const conflicts = journal === null ? [] : await rollBack(home, journal, createUnstoppableReach(request));
    return { status: 'rolled_back', reason: describe(cause), cause, conflicts, warnings };
  } catch (second) {
    throw new PreflightError('PT_PREFLIGHT_APPLY_FAILED', {
      message: `The change failed (${describe(cause)}) and could not be taken back (${describe(second)}). Free space or fix the permissions, then run the recovery`,
      details: { path: '', reason: describe(second) },
      cause: second,
    });
  }
}

/** An abort stops a change, never its end or its undoing. */
function createUnstoppableReach(request: TransactionRequest): Reach {
  const { faultPoint, onEvent } = request.listeners;
  return createReach({ faultPoint, onEvent });
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
