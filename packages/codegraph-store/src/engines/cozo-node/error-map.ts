import { StoreError } from '../../errors.js';
import { type CozoFailure, mapCozoFailure } from '../map-cozo-failure.js';

/** The package is not there, or its native part was not installed with it. */
export function reportMissing(cause: unknown): StoreError {
  const isInstalled = !isMissingPackage(cause);
  const problem = isInstalled
    ? 'its native part cannot be loaded. Run: pnpm rebuild cozo-node (npm downloads it when scripts are allowed)'
    : 'its package is not installed. Run: pnpm add cozo-node@0.7.6';
  return new StoreError('PT_STORE_ENGINE_MISSING', {
    message: `Cannot open the engine cozo-node: ${problem}, or use cozo-wasm`,
    details: { engine: 'cozo-node', package: 'cozo-node' },
    cause,
  });
}

/** The build does not know the storage, or its files cannot be opened. */
export function mapOpenFailure(cause: unknown, storage: string): StoreError {
  const problem = describeProblem(cause);
  if (/not supported|unknown.*engine|engine.*unknown/i.test(problem)) {
    return new StoreError('PT_STORE_ENGINE_UNSUPPORTED', {
      message: `The installed cozo-node was built without ${storage}. Open the store with another cozoStorage, or with cozo-wasm`,
      details: { engine: 'cozo-node' },
      cause,
    });
  }
  return mapEngineFailure(problem, cause);
}

/** Translates what a call was refused with: an object for a script, a text for everything else. */
export function mapCallFailure(cause: unknown): StoreError {
  if (typeof cause === 'object' && cause !== null && 'message' in cause && !(cause instanceof Error))
    return mapCozoFailure(cause as CozoFailure);
  return mapEngineFailure(describeProblem(cause), cause);
}

function mapEngineFailure(problem: string, cause: unknown): StoreError {
  return new StoreError('PT_STORE_ENGINE_FAILED', {
    message: `The cozo-node engine failed: ${problem}. Close the store and open it again; what was acknowledged is on disk`,
    details: { engine: 'cozo-node', problem },
    cause,
  });
}

function isMissingPackage(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'MODULE_NOT_FOUND') return false;
  return cause.message.includes("'cozo-node'");
}

function describeProblem(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}
