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

/** Why a call went wrong, without what that means for opening the pull request. */
export function describeFailure(error: unknown): string {
  if (PreflightError.isInstance(error) && error.code === 'PT_PREFLIGHT_PULL_REQUEST_FAILED') {
    const { details } = error;
    if ('reason' in details && typeof details.reason === 'string') return details.reason;
  }
  return error instanceof Error ? error.message : String(error);
}
