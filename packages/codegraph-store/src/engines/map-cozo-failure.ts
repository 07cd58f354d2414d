import { StoreError } from '../errors.js';

/** What CozoDB answers instead of rows. */
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
