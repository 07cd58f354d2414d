import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isInsidePath, type SkippedFile } from '@parseltongue/isg-core';
import { StreamError } from '../errors.js';
import type { LanguageDefinition } from '../languages/define-language.js';
import { languageOf } from '../languages/registry.js';
import { enterFolder, type IgnoreRules, isIgnored, loadOuterRules } from './ignore-rules.js';

/** What a walk found; paths are repo-relative with `/`, in path order. */
export interface WalkResult {
  /** Candidate source files, to be read. */
  files: string[];
  /** What was seen and will not be read. */
  skipped: SkippedFile[];
  /** `Cargo.toml` files; they are read for the crate graph and are not part of the ledger. */
  manifests: string[];
  /** Folders that were entered, the root as an empty path. */
  folders: string[];
}

const MANIFEST = 'Cargo.toml';
// Never entered and never counted: version control and what this project itself writes.
const PRIVATE_FOLDERS = new Set(['.git', '.hg', '.svn', '.jj', '.parseltongue']);
const CACHE_MARKER = 'CACHEDIR.TAG';

/**
 * Finds the source files below `root`, as git would see them.
 *
 * **Seen** is: every entry with the extension of a registered language in a folder that was entered, ignored or not,
 * whatever it is (file, symbolic link, pipe); and every folder that was not entered, once, by its own path, because it is
 * ignored, marked as a cache by `CACHEDIR.TAG` (`ignored`), the top of another repository (`nested_repository`),
 * unreadable, or reached by a symbolic link (`symlink`). A folder counts though nobody knows whether it holds sources.
 * Files of other kinds are not seen. Each thing seen is in `files` or in `skipped`, never in both.
 *
 * Symbolic links are never followed, so loops cannot occur. Rules come from `.gitignore` files, those above `root` in the
 * same repository included, and `info/exclude`; a user's global excludes are not read.
 *
 * @throws StreamError PT_STREAM_ROOT_NOT_FOUND, PT_STREAM_ROOT_NOT_DIRECTORY, PT_STREAM_ROOT_UNREADABLE
 */
export async function walkRepository(
  root: string,
  signal?: AbortSignal,
  languages?: readonly LanguageDefinition[],
): Promise<WalkResult> {
  await assertFolder(root);
  const state: WalkState = {
    root,
    languages,
    result: { files: [], skipped: [], manifests: [], folders: [] },
    folders: [],
  };
  state.folders.push({ path: '', rules: await loadOuterRules(root) });
  for (let folder = state.folders.pop(); folder !== undefined; folder = state.folders.pop()) {
    signal?.throwIfAborted();
    await walkFolder(folder, state);
  }
  const { files, skipped, manifests, folders } = state.result;
  files.sort();
  manifests.sort();
  folders.sort();
  skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
  return state.result;
}

interface WalkState {
  root: string;
  languages: readonly LanguageDefinition[] | undefined;
  result: WalkResult;
  /** Folders still to be entered. */
  folders: Folder[];
}

interface Folder {
  path: string;
  rules: IgnoreRules;
}

async function walkFolder(folder: Folder, state: WalkState): Promise<void> {
  const absolute = join(state.root, folder.path);
  let entries: Dirent[];
  try {
    entries = await readdir(absolute, { withFileTypes: true });
  } catch (error) {
    skipFolder(state, folder.path, error);
    return;
  }
  if (folder.path !== '' && closeFolder(entries, folder.path, state.result)) return;
  state.result.folders.push(folder.path);
  const rules = await enterFolder(folder.rules, absolute);
  for (const entry of entries) await visitEntry(entry, { path: folder.path, rules }, state);
}

function skipFolder({ result, root }: WalkState, path: string, error: unknown): void {
  const reason = (error as NodeJS.ErrnoException).code ?? 'unknown failure';
  if (path !== '') {
    result.skipped.push({ path, reason: 'unreadable', detail: reason });
    return;
  }
  const message = `Cannot list ${root}: ${reason}. Check the permissions of the folder`;
  throw new StreamError('PT_STREAM_ROOT_UNREADABLE', { message, details: { root, reason }, cause: error });
}

// True when what the folder holds says that it must not be walked.
function closeFolder(entries: readonly Dirent[], path: string, result: WalkResult): boolean {
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has('.git')) result.skipped.push({ path, reason: 'nested_repository' });
  else if (names.has(CACHE_MARKER)) result.skipped.push({ path, reason: 'ignored', detail: CACHE_MARKER });
  else return false;
  return true;
}

async function visitEntry(entry: Dirent, { path: parent, rules }: Folder, state: WalkState): Promise<void> {
  const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
  const absolute = join(state.root, path);
  const isHidden = () => isIgnored(rules, absolute, entry.isDirectory());
  if (entry.isSymbolicLink()) {
    const isSeen = languageOf(path, state.languages) !== undefined || (await isFolderLink(absolute));
    if (isSeen) state.result.skipped.push({ path, reason: isHidden() ? 'ignored' : 'symlink' });
  } else if (entry.isDirectory()) {
    if (PRIVATE_FOLDERS.has(entry.name)) return;
    if (isHidden()) state.result.skipped.push({ path, reason: 'ignored' });
    else state.folders.push({ path, rules });
  } else visitFile(entry, { path, isHidden }, state);
}

function visitFile(
  entry: Dirent,
  { path, isHidden }: { path: string; isHidden: () => boolean },
  { result, languages }: WalkState,
): void {
  if (entry.name === MANIFEST && entry.isFile() && !isHidden()) result.manifests.push(path);
  if (languageOf(path, languages) === undefined) return;
  const skipped = isHidden() ? ({ path, reason: 'ignored' } as const) : findObstacle(entry, path);
  if (skipped === undefined) result.files.push(path);
  else result.skipped.push(skipped);
}

function findObstacle(entry: Dirent, path: string): SkippedFile | undefined {
  if (!entry.isFile()) return { path, reason: 'unreadable', detail: 'not a regular file' };
  if (!isInsidePath(path)) return { path, reason: 'unreadable', detail: 'the name cannot stand in a key' };
  return undefined;
}

async function isFolderLink(file: string): Promise<boolean> {
  const target = await stat(file).catch(() => undefined);
  return target?.isDirectory() === true;
}

async function assertFolder(root: string): Promise<void> {
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) {
    throw new StreamError('PT_STREAM_ROOT_NOT_FOUND', {
      message: `There is no folder ${root}. Give the root of a repository`,
      details: { root },
    });
  }
  if (found.isDirectory()) return;
  throw new StreamError('PT_STREAM_ROOT_NOT_DIRECTORY', {
    message: `${root} is not a folder. Give the root of a repository`,
    details: { root },
  });
}
