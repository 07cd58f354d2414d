import { PreflightError } from '../errors.js';

/** Creates the error for a remote or a forge that did not do its part. */
export function requestFailure(reason: string, cause?: unknown): PreflightError {
  return new PreflightError('PT_PREFLIGHT_PULL_REQUEST_FAILED', {
    message: `The pull request was not opened: ${reason}. The commit and the bundle are there; run again once this is solved`,
    details: { reason },
    retryable: true,
    cause,
  });
}
