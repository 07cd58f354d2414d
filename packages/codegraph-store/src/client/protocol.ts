import type { EngineSetup } from '../engines/cozo-engine.js';
import type { StoreErrorCode, StoreErrorDetails } from '../errors.js';

/** What the worker is told when it starts. */
export interface WorkerSetup {
  role: 'store' | 'query';
  dir: string;
  readOnly: boolean;
  engine: EngineSetup;
}

export interface WorkerRequest {
  id: number;
  method: string;
  args: unknown[];
}

/** An error on its way between threads. */
export interface ErrorMessage {
  code: StoreErrorCode;
  message: string;
  details: StoreErrorDetails[StoreErrorCode];
  retryable: boolean;
}

export type WorkerResponse =
  | { type: 'ready'; lockToken: string | null; seq: number }
  | { type: 'refused'; error: ErrorMessage }
  | { type: 'value'; id: number; value: unknown; seq: number }
  | { type: 'error'; id: number; error: ErrorMessage };
