import { availableParallelism } from 'node:os';
import type { ProgressListener } from '@parseltongue/isg-core';
import { StreamError } from './errors.js';

/** How a repository is read. */
export interface ReadOptions {
  /** Parse threads; default one less than the number of cores, 1 to 4: compiling and collecting keep a core busy. */
  workers?: number;
  /** Larger files are skipped as `too_large`; default 16 MiB. */
  maxFileBytes?: number;
  /**
   * Modules, as `file:` URLs, whose default export is a language made by `defineLanguage`; default none beside Rust. Their
   * files have rows and no references.
   */
  languages?: readonly string[];
  /** Ends the work with the signal's reason; every worker is stopped first. */
  signal?: AbortSignal;
  /** Hears of walked, parsed and resolved files. */
  onProgress?: ProgressListener;
}

/** The options with every default in place. */
export interface ReadSettings {
  workers: number;
  maxFileBytes: number;
  languages: readonly string[];
}

const DEFAULT_MAX_WORKERS = 4;
const MAX_WORKERS = 64;
const DEFAULT_MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Fills in the defaults.
 *
 * @throws StreamError PT_STREAM_OPTION_INVALID when a number is not positive and whole
 */
export function readSettings(options: ReadOptions): ReadSettings {
  const workers = options.workers ?? countDefaultWorkers();
  const maxFileBytes = options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES;
  assertCount('workers', workers, MAX_WORKERS);
  assertCount('maxFileBytes', maxFileBytes, Number.MAX_SAFE_INTEGER);
  return { workers, maxFileBytes, languages: options.languages ?? [] };
}

function countDefaultWorkers(): number {
  return Math.min(Math.max(1, availableParallelism() - 1), DEFAULT_MAX_WORKERS);
}

function assertCount(option: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw new StreamError('PT_STREAM_OPTION_INVALID', {
    message: `${option} is ${value}. Give a whole number from 1 to ${max}`,
    details: { option, value: String(value) },
  });
}
