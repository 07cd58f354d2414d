import { hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { SkippedFile } from '@parseltongue/isg-core';

/** A file's bytes as text, with the facts of exactly those bytes. */
export interface SourceText {
  text: string;
  hash: string;
  sizeBytes: number;
  mtimeMs: number;
}

/** What reading a source file gave. */
export type ReadSourceResult =
  | { status: 'read'; source: SourceText }
  | { status: 'skipped'; skipped: SkippedFile };

const MAX_READS = 4;

/**
 * Reads a source file as UTF-8, byte order mark kept.
 *
 * A file that changes while it is read is read again. What cannot be read is data: `unreadable`, `too_large`, `binary`
 * (holds a NUL byte) or `not_utf8`.
 */
export async function readSource(
  file: string,
  path: string,
  maxFileBytes: number,
): Promise<ReadSourceResult> {
  try {
    for (let attempt = 1; attempt <= MAX_READS; attempt += 1) {
      const result = await readOnce(file, path, maxFileBytes);
      if (result !== undefined) return result;
    }
    return skip(path, 'unreadable', `changed during each of ${MAX_READS} reads`);
  } catch (error) {
    return skip(path, 'unreadable', (error as NodeJS.ErrnoException).code ?? 'unknown failure');
  }
}

// Undefined when the file changed meanwhile.
async function readOnce(
  file: string,
  path: string,
  maxFileBytes: number,
): Promise<ReadSourceResult | undefined> {
  const handle = await open(file, 'r');
  try {
    const before = await handle.stat();
    if (before.size > maxFileBytes) return skip(path, 'too_large', `${before.size} bytes`);
    const bytes = await handle.readFile();
    const after = await handle.stat();
    if (before.mtimeMs !== after.mtimeMs || bytes.length !== after.size) return undefined;
    return decodeSource(path, bytes, after.mtimeMs);
  } finally {
    await handle.close();
  }
}

function decodeSource(path: string, bytes: Buffer, mtimeMs: number): ReadSourceResult {
  if (bytes.includes(0)) return skip(path, 'binary');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return {
      status: 'read',
      source: { text, hash: hash('sha256', bytes, 'hex'), sizeBytes: bytes.length, mtimeMs },
    };
  } catch {
    return skip(path, 'not_utf8');
  }
}

function skip(path: string, reason: SkippedFile['reason'], detail?: string): ReadSourceResult {
  return { status: 'skipped', skipped: detail === undefined ? { path, reason } : { path, reason, detail } };
}
