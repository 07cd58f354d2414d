import { PreflightError } from '../errors.js';

/** The error for a file that is not what a change was made against; null stands for no file. */
export function staleFile(
  path: string,
  expected: { hash: string } | null,
  actual: { hash: string } | null,
): PreflightError<'PT_PREFLIGHT_STALE_FILE'> {
  const how = actual === null ? 'is gone' : expected === null ? 'exists already' : 'has changed';
  return new PreflightError('PT_PREFLIGHT_STALE_FILE', {
    message: `${path} ${how} since the change was made. Index again and make the change against the file as it is now`,
    details: { path, expected: expected?.hash ?? null, actual: actual?.hash ?? null },
  });
}
