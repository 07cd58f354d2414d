import { hash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LanguageDefinition } from '../languages/define-language.js';
import { type WalkResult, walkRepository } from '../walk/walk-repository.js';
import type { KnownFile } from './known-file.js';
import { type FileStamp, isSameStamp, stampFiles } from './stamp-files.js';

/** What the file system says now, compared with what was known. */
export interface Observation {
  walked: WalkResult;
  /** Hash of the list of files and of the manifests. */
  structureHash: string;
  stamps: Map<string, FileStamp>;
  /** Files that may have been written, in path order. */
  dirty: string[];
}

export interface ObserveInput {
  root: string;
  files: ReadonlyMap<string, KnownFile>;
  /** The last observation; it holds for all files but `paths`. */
  last: Observation | undefined;
  /** The only paths that may have changed, when somebody watched. */
  paths: readonly string[] | undefined;
  languages: readonly LanguageDefinition[];
  signal: AbortSignal | undefined;
}

/** Looks at the repository, or at the given paths only where these are known source files that still are files. */
export async function observeRepository(input: ObserveInput): Promise<Observation> {
  const { last, paths } = input;
  if (last !== undefined && paths !== undefined && (await areKnownFiles(input, paths))) {
    const stamps = new Map([...last.stamps, ...(await stampFiles(input.root, paths, input.signal))]);
    return { ...last, stamps, dirty: await listDirty(input, [...paths].sort(), stamps) };
  }
  const walked = await walkRepository(input.root, input.signal, input.languages);
  const stamps = await stampFiles(input.root, walked.files, input.signal);
  return {
    walked,
    structureHash: await hashStructure(input.root, walked),
    stamps,
    dirty: await listDirty(input, walked.files, stamps),
  };
}

async function areKnownFiles({ root, files }: ObserveInput, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    if (!files.has(path)) return false;
    const found = await lstat(join(root, path)).catch(() => undefined);
    if (found?.isFile() !== true) return false;
  }
  return true;
}

async function listDirty(
  { root, files }: ObserveInput,
  paths: readonly string[],
  stamps: ReadonlyMap<string, FileStamp>,
): Promise<string[]> {
  const dirty: string[] = [];
  for (const path of paths) {
    const known = files.get(path);
    const now = stamps.get(path);
    if (isSameStamp(known?.stamp, now)) continue;
    if (!(await isSameContent(join(root, path), known, now))) dirty.push(path);
  }
  return dirty;
}

// A stamp of a moment ago proves nothing; the bytes do.
async function isSameContent(
  file: string,
  known: KnownFile | undefined,
  now: FileStamp | undefined,
): Promise<boolean> {
  if (known?.outcome.status !== 'parsed' || now === undefined || known.stamp.isSettled) return false;
  if (!isSameStamp({ ...known.stamp, isSettled: true }, now)) return false;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || hash('sha256', bytes, 'hex') !== known.outcome.hash) return false;
  known.stamp = now;
  return true;
}

async function hashStructure(root: string, { files, manifests }: WalkResult): Promise<string> {
  const texts = await Promise.all(
    manifests.map((path) => readFile(join(root, path), 'utf8').catch(() => '')),
  );
  return hash('sha1', JSON.stringify([files, manifests, texts]), 'hex');
}
