import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { walkRepository } from './walk/walk-repository.js';

/** A source file as the file system tells of it. */
export interface SourceFile {
  path: string;
  sizeBytes: number;
  /** Compares equal to `mtime_ms` of the file's record while the file was not written. */
  mtimeMs: number;
}

const FILES_AT_ONCE = 64;

/**
 * Lists the files a stream would read, in path order, without reading one: enough to tell whether an index is stale.
 *
 * @throws StreamError PT_STREAM_ROOT_NOT_FOUND, PT_STREAM_ROOT_NOT_DIRECTORY, PT_STREAM_ROOT_UNREADABLE
 */
export async function listSources(
  root: string,
  options: { signal?: AbortSignal } = {},
): Promise<SourceFile[]> {
  const { files } = await walkRepository(root, options.signal);
  const sources: SourceFile[] = [];
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    options.signal?.throwIfAborted();
    const found = await Promise.all(
      files.slice(start, start + FILES_AT_ONCE).map((path) => readStat(root, path)),
    );
    sources.push(...found.filter((file) => file !== undefined));
  }
  return sources;
}

/** Undefined for a file that went away meanwhile. */
async function readStat(root: string, path: string): Promise<SourceFile | undefined> {
  const found = await stat(join(root, path)).catch(() => undefined);
  return found === undefined ? undefined : { path, sizeBytes: found.size, mtimeMs: found.mtimeMs };
}
