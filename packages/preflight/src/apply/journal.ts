import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PreflightError } from '../errors.js';
import { replaceDurably, syncFolder, writeDurably } from './durable-file.js';
import {
  type FileImage,
  type FileStamp,
  FileStampSchema,
  hashBytes,
  isTreePath,
  returnNullWhenAbsent,
  stampOf,
} from './file-image.js';
import type { JournalHome } from './journal-home.js';
import type { Reach } from './step.js';

const PathSchema = z.string().refine(isTreePath);

/** One file of a change: what it was, what it becomes, where the old bytes and the new ones wait. */
export const JournalFileSchema = z.strictObject({
  path: PathSchema,
  before: FileStampSchema.nullable(),
  after: FileStampSchema.nullable(),
  /** Name in the journal's `backups` folder; null when there was no file. */
  backup: z.string().regex(/^\d+$/).nullable(),
  /** Where the new bytes wait beside their target; null for a removal. */
  temp: PathSchema.nullable(),
});
export type JournalFile = z.infer<typeof JournalFileSchema>;

/** What a change is: a proposal applied, a change taken back, a checkpoint restored. */
export const ChangeKindSchema = z.enum(['apply', 'undo', 'restore']);
export type ChangeKind = z.infer<typeof ChangeKindSchema>;

/**
 * The plan of a change and how far it got.
 *
 * `prepared`: the tree is old or partly new; `written`: all new, not yet verified; `verified`: new for good.
 */
export const JournalSchema = z.strictObject({
  contract: z.literal('pt.apply-journal/1'),
  id: z.uuid(),
  kind: ChangeKindSchema,
  title: z.string(),
  proposal_id: z.string().nullable(),
  receipt_hash: z.string().nullable(),
  state: z.enum(['prepared', 'written', 'verified']),
  started: z.iso.datetime(),
  files: z.array(JournalFileSchema),
  /** Folders the change creates, outermost first. */
  created_folders: z.array(PathSchema),
  /** Folders the change may empty, innermost first. */
  emptied_folders: z.array(PathSchema),
});
export type Journal = z.infer<typeof JournalSchema>;

/** The old and the new version of one file. */
export interface PlannedWrite {
  path: string;
  before: FileImage | null;
  after: FileImage | null;
}

/** What a change is called in the journal and in the undo history. */
export interface ChangeTitle {
  kind: ChangeKind;
  title: string;
  proposalId: string | null;
  receiptHash: string | null;
}

/** A change that was finished and can be taken back. */
export interface HistoryEntry {
  dir: string;
  journal: Journal;
}

const PLAN_FILE = 'plan.json';
const HISTORY_LIMIT = 50;

/** Writes backups and plan of a change to the disk; the journal appears as a whole or not at all. */
export async function createJournal(
  home: JournalHome,
  change: { title: ChangeTitle; writes: readonly PlannedWrite[]; folders: FolderPlan },
  reach: Reach,
): Promise<Journal> {
  const id = randomUUID();
  const draft = join(home.dir, `journal.${id}`);
  await mkdir(join(draft, 'backups'), { recursive: true, mode: 0o700 });
  await reach('journal-folder-created');
  for (const [index, { path, before }] of change.writes.entries()) {
    if (before === null) continue;
    const reachFile: Reach = (step) => reach(step, path);
    const options = { mode: 0o600, reach: reachFile, name: 'backup' };
    await writeDurably(join(draft, 'backups', String(index)), before.bytes, options);
  }
  await syncFolder(join(draft, 'backups'));
  const journal = describeChange(id, change);
  await replaceDurably(join(draft, PLAN_FILE), formatJournal(journal), reach);
  await rename(draft, home.journalDir);
  await syncFolder(home.dir);
  await reach('journal-opened');
  return journal;
}

/** The folders a change creates and may empty. */
export interface FolderPlan {
  created: string[];
  emptied: string[];
  /** For each written path, the folder that exists now and will hold the waiting bytes; empty for the root. */
  tempFolder: ReadonlyMap<string, string>;
}

/**
 * Reads the journal of the change in progress; null when there is none.
 *
 * @throws PreflightError PT_PREFLIGHT_JOURNAL_DAMAGED
 */
export async function loadJournal(home: JournalHome): Promise<Journal | null> {
  const text = await readFile(join(home.journalDir, PLAN_FILE), 'utf8').catch(returnNullWhenAbsent);
  return text === null ? null : parseJournal(text);
}

/** Records how far a change got. */
export async function saveState(
  home: JournalHome,
  change: { journal: Journal; state: Journal['state'] },
  reach: Reach,
): Promise<void> {
  const text = formatJournal({ ...change.journal, state: change.state });
  await replaceDurably(join(home.journalDir, PLAN_FILE), text, (step, path) =>
    reach(`${change.state}-${step}`, path),
  );
}

/** Reads the old bytes of one file and checks them against the plan. */
export async function loadBackup(dir: string, file: JournalFile): Promise<FileImage | null> {
  if (file.before === null || file.backup === null) return null;
  const bytes = await readFile(join(dir, 'backups', file.backup)).catch(returnNullWhenAbsent);
  if (bytes !== null && hashBytes(bytes) === file.before.hash) return { ...file.before, bytes };
  throw damaged(`the saved bytes of ${file.path} are ${bytes === null ? 'missing' : 'not what was saved'}`);
}

/** Moves the finished change into the undo history, where the newest fifty are kept. */
export async function archiveJournal(home: JournalHome, journal: Journal, reach: Reach): Promise<void> {
  const names = await listHistory(home);
  const next = Number.parseInt(names.at(-1) ?? '0', 10) + 1;
  await rename(home.journalDir, join(home.historyDir, `${String(next).padStart(8, '0')}-${journal.id}`));
  await syncFolder(home.historyDir);
  await syncFolder(home.dir);
  await reach('journal-archived');
  for (const name of names.slice(0, Math.max(0, names.length + 1 - HISTORY_LIMIT))) {
    await rm(join(home.historyDir, name), { recursive: true, force: true });
  }
}

/** Removes the journal of a change that was rolled back. */
export async function discardJournal(home: JournalHome, reach: Reach): Promise<void> {
  const trash = join(home.dir, `trash.${randomUUID()}`);
  await rename(home.journalDir, trash);
  await syncFolder(home.dir);
  await reach('journal-discarded');
  await rm(trash, { recursive: true, force: true });
}

/**
 * Keeps the journal of a change whose files somebody edited meanwhile, so that their old bytes are not lost.
 *
 * @returns the folder that holds the old bytes, relative to the git folder
 */
export async function keepConflicts(home: JournalHome, journal: Journal, reach: Reach): Promise<string> {
  await mkdir(home.conflictsDir, { recursive: true, mode: 0o700 });
  await rename(home.journalDir, join(home.conflictsDir, journal.id));
  await syncFolder(home.conflictsDir);
  await syncFolder(home.dir);
  await reach('conflicts-kept');
  return `${home.conflictsDir.slice(home.gitDir.length + 1)}/${journal.id}/backups`;
}

/** The newest finished change; null when nothing was ever changed. */
export async function loadNewestEntry(home: JournalHome): Promise<HistoryEntry | null> {
  const name = (await listHistory(home)).at(-1);
  if (name === undefined) return null;
  const dir = join(home.historyDir, name);
  const text = await readFile(join(dir, PLAN_FILE), 'utf8').catch(returnNullWhenAbsent);
  if (text === null) throw damaged(`${name} of the undo history has no plan`);
  return { dir, journal: parseJournal(text) };
}

async function listHistory(home: JournalHome): Promise<string[]> {
  return (await readdir(home.historyDir)).filter((name) => /^\d{8}-/.test(name)).sort();
}

function describeChange(
  id: string,
  change: { title: ChangeTitle; writes: readonly PlannedWrite[]; folders: FolderPlan },
): Journal {
  const { title, writes, folders } = change;
  const toStamp = (image: FileImage | null): FileStamp | null => (image === null ? null : stampOf(image));
  // Parsed, because a journal that cannot be read again must never open.
  return JournalSchema.parse({
    contract: 'pt.apply-journal/1',
    id,
    kind: title.kind,
    title: title.title,
    proposal_id: title.proposalId,
    receipt_hash: title.receiptHash,
    state: 'prepared',
    started: new Date().toISOString(),
    files: writes.map(({ path, before, after }, index) => ({
      path,
      before: toStamp(before),
      after: toStamp(after),
      backup: before === null ? null : String(index),
      temp: after === null ? null : nameTemp(folders.tempFolder.get(path) ?? '', `${id}-${index}.new`),
    })),
    created_folders: folders.created,
    emptied_folders: folders.emptied,
  });
}

/** The name under which bytes wait in a folder of the tree; empty for the root. */
export function nameTemp(folder: string, suffix: string): string {
  return `${folder === '' ? '' : `${folder}/`}.parseltongue-${suffix}`;
}

function formatJournal(journal: Journal): string {
  return `${JSON.stringify(journal, null, 1)}\n`;
}

function parseJournal(text: string): Journal {
  try {
    return JournalSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged('its plan cannot be read', cause);
  }
}

function damaged(reason: string, cause?: unknown): PreflightError<'PT_PREFLIGHT_JOURNAL_DAMAGED'> {
  return new PreflightError('PT_PREFLIGHT_JOURNAL_DAMAGED', {
    message: `The journal of a change cannot be trusted: ${reason}. Compare the tree with git status, then remove the folder parseltongue in the git folder`,
    details: { reason },
    cause,
  });
}
