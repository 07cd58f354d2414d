import { SorcererError } from '../../errors.js';
import { redactSecrets } from '../../redact.js';

const ENGINE = 'openai';
const SAID_LIMIT = 300;

/** Translates an answer that is no success. */
export async function mapHttpStatus(response: Response): Promise<SorcererError> {
  const { status } = response;
  const said = redactSecrets(await response.text().catch(() => '')).slice(0, SAID_LIMIT);
  if (status === 429 || status === 408 || status >= 500) {
    return new SorcererError('PT_SORCERER_ENGINE_OVERLOADED', {
      message: `The model server is overloaded or limits the rate (${status}). Resume the run later`,
      details: { engine: ENGINE, status },
      retryable: true,
    });
  }
  if (status === 401 || status === 402 || status === 403) {
    return new SorcererError('PT_SORCERER_ENGINE_DENIED', {
      message: `The model server denied the call (${status}). Check the key, its permissions and the account's credit`,
      details: { engine: ENGINE, status },
    });
  }
  return new SorcererError('PT_SORCERER_ENGINE_REJECTED', {
    message: `The model server rejected the call (${status}): ${said}. Check the address, the model's name and the request's size`,
    details: { engine: ENGINE, status },
  });
}

/** Translates what `fetch` and a broken stream throw. */
export function mapFetchError(
  cause: unknown,
  { isAborted, isTimedOut, timeoutMs }: { isAborted: boolean; isTimedOut: boolean; timeoutMs: number },
): SorcererError {
  if (isAborted) {
    return new SorcererError('PT_SORCERER_ABORTED', {
      message: 'The call to the model was stopped from outside',
      details: { what: ENGINE },
      cause,
    });
  }
  if (isTimedOut) {
    return new SorcererError('PT_SORCERER_ENGINE_TIMEOUT', {
      message: `The model server did not answer within ${timeoutMs} ms. Raise the timeout and resume the run`,
      details: { engine: ENGINE, timeoutMs },
      retryable: true,
      cause,
    });
  }
  return new SorcererError('PT_SORCERER_ENGINE_UNREACHABLE', {
    message: 'The model server could not be reached or broke off its answer. Start it, then resume the run',
    details: { engine: ENGINE },
    retryable: true,
    cause,
  });
}
