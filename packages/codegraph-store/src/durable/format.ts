import { StoreError } from '../errors.js';
import { reportDamage } from './disk-error.js';

/**
 * Version of both files. A reader refuses a higher one.
 *
 * 1: a chunk of the snapshot is one line. 2: every tuple of a chunk has a line of its own, so that it can be read alone.
 */
export const FORMAT_VERSION = 2;
export const SNAPSHOT_FILE = 'graph.snapshot';
export const JOURNAL_FILE = 'graph.journal';
export const LOCK_FILE = 'lock';

/** First record of both files. `seq` is the last write a snapshot holds, or the write a journal starts after. */
export interface FileHeader {
  magic: 'parseltongue-graph';
  format: number;
  seq: number;
}

export function createHeader(seq: number): FileHeader {
  return { magic: 'parseltongue-graph', format: FORMAT_VERSION, seq };
}

/** @throws StoreError PT_STORE_CORRUPT, PT_STORE_VERSION_UNKNOWN */
export function parseHeader(payload: Buffer, file: string): FileHeader {
  const header = JSON.parse(payload.toString('utf8')) as Partial<FileHeader>;
  if (
    header.magic !== 'parseltongue-graph' ||
    typeof header.format !== 'number' ||
    typeof header.seq !== 'number'
  ) {
    throw reportDamage(file, 0, 'it does not start with the header of a graph');
  }
  if (header.format > FORMAT_VERSION) {
    throw new StoreError('PT_STORE_VERSION_UNKNOWN', {
      message: `${file} has format ${header.format}, this version reads up to ${FORMAT_VERSION}. Upgrade @parseltongue/codegraph-store`,
      details: { file, format: header.format, supported: FORMAT_VERSION },
    });
  }
  return header as FileHeader;
}
