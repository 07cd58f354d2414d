import { StoreError } from '../../errors.js';

/** What the wasm build answers instead of rows. */
export interface CozoFailure {
  message?: string;
  display?: string;
  code?: string;
}

const WRITE_REFUSALS = [/write lock required/i, /read-only/i, /write locks/i];

/** Translates a refusal of the engine; nothing of the engine's own error reaches a caller. */
export function mapCozoFailure(failure: CozoFailure): StoreError {
  const problem = failure.message ?? 'the engine gave no reason';
  if (WRITE_REFUSALS.some((refusal) => refusal.test(problem))) {
    return new StoreError('PT_STORE_QUERY_WRITES', {
      message: `The query would write: ${problem}. Raw queries only read; write through ingest, propose and promote`,
      details: { problem },
    });
  }
  return new StoreError('PT_STORE_QUERY_INVALID', {
    message: `CozoScript was refused: ${problem}. Check the script and its parameters`,
    details: { problem },
  });
}

/** Translates a trap of the wasm instance, after which the instance cannot be used again. */
export function mapCozoTrap(cause: unknown): StoreError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('PT_STORE_ENGINE_FAILED', {
    message: `The cozo-wasm engine stopped: ${problem}. Close the store and open it again; what was acknowledged is on disk`,
    details: { engine: 'cozo-wasm', problem },
    cause,
  });
}
