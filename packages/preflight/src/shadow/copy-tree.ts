import { createHash } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { FileChange } from '@parseltongue/isg-core';
import { PreflightError } from '../errors.js';
import { hashText } from '../tree-hash.js';
import { type DiskEntry, listDisk, readEntry } from './list-disk.js';
import { isBelow } from './read-layout.js';

/** What is known of one copied file. */
interface CopiedFile {
  /** Empty when the source may have changed unseen, or is a text of a change. */
  sourceStamp: string;
  copyStamp: string;
  /** Of the content both have. */
  hash: string;
}

/** The memory of a copied tree, kept between runs. JSON-safe. */
export interface CopyState {
  files: Record<string, CopiedFile>;
  /** Files that builds of the untouched tree made in the copy; they stay. */
  kept: string[];
}

/** A tree and the place of its copy, both absolute. */
export interface TreePair {
  source: string;
  copy: string;
  skipDirs: readonly string[];
}

/** What one synchronisation did. */
export interface SyncReport {
  written: number;
  removed: number;
}

/**
 * Makes the copy equal to the source with `changes` on top, writing only files that differ.
 *
 * Everything that is written gets a new modification time, because cargo decides by time alone. Files that appeared in
 * the copy are removed unless `state.kept` names them. `state` is updated in place.
 */
export function syncTree(pair: TreePair, changes: readonly FileChange[], state: CopyState): SyncReport {
  const source = listDisk(pair.source, pair.skipDirs);
  const wanted = planFiles(source, changes);
  const present = listDisk(pair.copy, []);
  const report: SyncReport = { written: 0, removed: 0 };
  state.kept = state.kept.filter((path) => !wanted.has(path));
  const kept = new Set(state.kept);
  for (const path of present.keys()) {
    if (wanted.has(path) || kept.has(path)) continue;
    rmSync(join(pair.copy, path), { force: true });
    report.removed += 1;
  }
  const files: Record<string, CopiedFile> = {};
  for (const [path, want] of wanted) {
    const job: FileJob = { pair, path, want, have: present.get(path) ?? null, known: state.files[path] };
    const outcome = attemptSync(job);
    if (outcome === null) continue;
    files[path] = outcome.file;
    if (outcome.isWritten) report.written += 1;
  }
  state.files = files;
  return report;
}

/** Names the files that builds of the untouched tree left in the copy, so that later runs keep them. */
export function keepLeftovers(pair: TreePair, state: CopyState): void {
  const present = [...listDisk(pair.copy, []).keys()];
  state.kept = present.filter((path) => state.files[path] === undefined);
}

type Wanted = { from: 'source'; entry: DiskEntry } | { from: 'text'; text: string; mode: number };

interface FileJob {
  pair: TreePair;
  path: string;
  want: Wanted;
  have: DiskEntry | null;
  known: CopiedFile | undefined;
}

function planFiles(source: Map<string, DiskEntry>, changes: readonly FileChange[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const [path, entry] of source) wanted.set(path, { from: 'source', entry });
  for (const change of changes) {
    if (change.after === null) wanted.delete(change.path);
    else
      wanted.set(change.path, {
        from: 'text',
        text: change.after,
        mode: source.get(change.path)?.mode ?? 0o644,
      });
  }
  return wanted;
}

/** Null for a file that vanished since it was listed. */
function attemptSync(job: FileJob): ReturnType<typeof syncFile> | null {
  try {
    return syncFile(job);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT') return null;
    throw new PreflightError('PT_PREFLIGHT_SHADOW_FAILED', {
      message: `Cannot bring ${job.path} into the shadow workspace (${code}). Make it readable, or free space, and try again`,
      details: { path: job.path, reason: code },
      cause,
    });
  }
}

function syncFile(job: FileJob): { file: CopiedFile; isWritten: boolean } {
  const { want, have, pair, path } = job;
  const sourceStamp = stampOfSource(want);
  const hash = hashWanted(job, sourceStamp);
  const isSame = have !== null && isSameKind(want, have) && hashPresent(job, have) === hash;
  const copy = join(pair.copy, path);
  if (!isSame) writeCopy(job, join(pair.source, path), copy);
  const copyStamp = isSame ? have.stamp : (readEntry(copy)?.stamp ?? '');
  return { file: { sourceStamp, copyStamp, hash }, isWritten: !isSame };
}

function hashWanted({ want, known, pair, path }: FileJob, sourceStamp: string): string {
  if (want.from === 'text') return hashText(want.text);
  if (known !== undefined && sourceStamp !== '' && known.sourceStamp === sourceStamp) return known.hash;
  return hashDisk(join(pair.source, path), pair.source);
}

function hashPresent({ known, pair, path }: FileJob, have: DiskEntry): string {
  return known?.copyStamp === have.stamp ? known.hash : hashDisk(join(pair.copy, path), pair.copy);
}

const SETTLE_MS = 50;

/** Empty for a file that may change again within the same clock tick. */
function stampOfSource(want: Wanted): string {
  if (want.from === 'text' || Date.now() - want.entry.changedMs < SETTLE_MS) return '';
  return want.entry.stamp;
}

function isSameKind(want: Wanted, have: DiskEntry): boolean {
  if (want.from === 'text') return !have.isLink && have.mode === want.mode;
  // A link that leads outside is copied as a file.
  if (want.entry.isLink) return true;
  return !have.isLink && have.mode === want.entry.mode;
}

function writeCopy(job: FileJob, source: string, copy: string): void {
  const { want, pair } = job;
  rmSync(copy, { force: true, recursive: true }); // never write through a link
  mkdirSync(dirname(copy), { recursive: true });
  if (want.from === 'text') {
    writeFileSync(copy, want.text, { mode: want.mode });
    chmodSync(copy, want.mode);
  } else if (want.entry.isLink) {
    copyLink(source, copy, pair.source);
  } else {
    copyFileSync(source, copy, constants.COPYFILE_FICLONE);
    chmodSync(copy, want.entry.mode);
  }
}

/** Links inside the tree stay links; a file outside is copied, so that the copy never writes to the original. */
function copyLink(source: string, copy: string, root: string): void {
  const target = readlinkSync(source);
  const absolute = resolve(dirname(source), target);
  if (!isAbsolute(target) && isBelow(root, absolute)) symlinkSync(target, copy);
  else if (statSync(source, { throwIfNoEntry: false })?.isFile() === true) copyFileSync(source, copy);
  else symlinkSync(safeRealpath(absolute), copy);
}

function safeRealpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function hashDisk(path: string, root: string): string {
  const entry = readEntry(path);
  if (entry === null) return '';
  if (!entry.isLink) return createHash('sha256').update(readFileSync(path)).digest('hex');
  const target = readlinkSync(path);
  const isOutside = isAbsolute(target) || !isBelow(root, resolve(dirname(path), target));
  if (isOutside && statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return hashText(`link:${isOutside ? safeRealpath(resolve(dirname(path), target)) : target}`);
}
