import { StoreError } from '../../errors.js';

/** Translates a trap of the wasm instance, after which the instance cannot be used again. */
export function mapCozoTrap(cause: unknown): StoreError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('PT_STORE_ENGINE_FAILED', {
    message: `The cozo-wasm engine stopped: ${problem}. Close the store and open it again; what was acknowledged is on disk`,
    details: { engine: 'cozo-wasm', problem },
    cause,
  });
}
