import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
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
 * (holds a NUL byte) or `not_utf8`. Blocks its thread: a worker has nothing else to do, and waiting costs more than reading.
 */
export function readSource(file: string, path: string, maxFileBytes: number): ReadSourceResult {
  try {
    for (let attempt = 1; attempt <= MAX_READS; attempt += 1) {
      const result = readOnce(file, path, maxFileBytes);
      if (result !== undefined) return result;
    }
    return skip(path, 'unreadable', `changed during each of ${MAX_READS} reads`);
  } catch (error) {
    return skip(path, 'unreadable', (error as NodeJS.ErrnoException).code ?? 'unknown failure');
  }
}

// Undefined when the file changed meanwhile.
function readOnce(file: string, path: string, maxFileBytes: number): ReadSourceResult | undefined {
  const handle = openSync(file, 'r');
  try {
    const before = fstatSync(handle);
    if (before.size > maxFileBytes) return skip(path, 'too_large', `${before.size} bytes`);
    const bytes = readFileSync(handle);
    const after = fstatSync(handle);
    if (before.mtimeMs !== after.mtimeMs || bytes.length !== after.size) return undefined;
    return decodeSource(path, bytes, after.mtimeMs);
  } finally {
    closeSync(handle);
  }
}

function decodeSource(path: string, bytes: Buffer, mtimeMs: number): ReadSourceResult {
  if (bytes.includes(0)) return skip(path, 'binary');
  if (!isUtf8(bytes)) return skip(path, 'not_utf8');
  return {
    status: 'read',
    source: {
      text: bytes.toString('utf8'),
      hash: hash('sha256', bytes, 'hex'),
      sizeBytes: bytes.length,
      mtimeMs,
    },
  };
}

function skip(path: string, reason: SkippedFile['reason'], detail?: string): ReadSourceResult {
  return { status: 'skipped', skipped: detail === undefined ? { path, reason } : { path, reason, detail } };
}
