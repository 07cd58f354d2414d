import { SorcererError } from '../../errors.js';
import { redactSecrets } from '../../redact.js';
import type { AnthropicSdk } from './load-sdk.js';

const ENGINE = 'anthropic';

/** Translates what the library throws, once; nothing foreign leaves the package. */
export function mapAnthropicError(sdk: AnthropicSdk, cause: unknown, timeoutMs: number): SorcererError {
  if (cause instanceof sdk.APIUserAbortError) {
    return new SorcererError('PT_SORCERER_ABORTED', {
      message: 'The call to the model was stopped from outside',
      details: { what: ENGINE },
      cause,
    });
  }
  if (cause instanceof sdk.APIConnectionTimeoutError) {
    return new SorcererError('PT_SORCERER_ENGINE_TIMEOUT', {
      message: `The Anthropic API did not answer within ${timeoutMs} ms. Try again later or raise the timeout`,
      details: { engine: ENGINE, timeoutMs },
      retryable: true,
      cause,
    });
  }
  const status = cause instanceof sdk.APIError && typeof cause.status === 'number' ? cause.status : null;
  if (cause instanceof sdk.APIError && status !== null) return mapStatus(status, cause);
  if (cause instanceof sdk.APIError && cause.type === 'overloaded_error') return overloaded(529, cause);
  if (cause instanceof sdk.APIConnectionError || cause instanceof sdk.AnthropicError) {
    return new SorcererError('PT_SORCERER_ENGINE_UNREACHABLE', {
      message:
        'The Anthropic API could not be reached or broke off its answer. Check the network and resume the run',
      details: { engine: ENGINE },
      retryable: true,
      cause,
    });
  }
  return rejected(null, cause);
}

function mapStatus(status: number, cause: { message: string }): SorcererError {
  if (status === 429 || status >= 500 || status === 408) return overloaded(status, cause);
  if (status !== 401 && status !== 402 && status !== 403) return rejected(status, cause);
  return new SorcererError('PT_SORCERER_ENGINE_DENIED', {
    message: `The Anthropic API denied the call (${status}). Check the key, its permissions and the account's credit`,
    details: { engine: ENGINE, status },
    cause,
  });
}

function overloaded(status: number, cause: unknown): SorcererError {
  return new SorcererError('PT_SORCERER_ENGINE_OVERLOADED', {
    message: `The Anthropic API is overloaded or limits the rate (${status}). Resume the run later`,
    details: { engine: ENGINE, status },
    retryable: true,
    cause,
  });
}

function rejected(status: number | null, cause: unknown): SorcererError {
  const said = cause instanceof Error ? redactSecrets(cause.message).slice(0, 300) : 'no reason given';
  return new SorcererError('PT_SORCERER_ENGINE_REJECTED', {
    message: `The Anthropic API rejected the call: ${said}. Check the model's name and the request's size`,
    details: { engine: ENGINE, status },
    cause,
  });
}
