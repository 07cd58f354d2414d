import { StoreError } from '../errors.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM']);

/** Translates a failure of the file system into the store's own error. */
export function mapDiskError(cause: unknown, operation: string): StoreError {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && FULL.has(code)) {
    return new StoreError('PT_STORE_DISK_FULL', {
      message: `Cannot ${operation}: no space left (${code}). The graph on disk is unchanged; free space and try again`,
      details: { operation },
      retryable: true,
      cause,
    });
  }
  if (typeof code === 'string' && READ_ONLY.has(code)) {
    return new StoreError('PT_STORE_READ_ONLY', {
      message: `Cannot ${operation}: the directory is not writable (${code}). Open with readOnly or change its permissions`,
      details: { operation },
      cause,
    });
  }
  const problem = typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause);
  return new StoreError('PT_STORE_IO_FAILED', {
    message: `Cannot ${operation}: ${problem}. Check the directory of the graph`,
    details: { operation, problem },
    cause,
  });
}

/** The error for a file whose content is not what was written. */
export function reportDamage(file: string, offset: number, problem: string): StoreError<'PT_STORE_CORRUPT'> {
  return new StoreError('PT_STORE_CORRUPT', {
    message: `${file} is damaged at byte ${offset}: ${problem}. Delete the graph's directory and index again`,
    details: { file, offset, problem },
  });
}
