import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { StoreError } from '../errors.js';
import type { Change, RelationName, Tuple } from '../schema/relations.js';
import { mapDiskError, reportDamage } from './disk-error.js';
import { createHeader, JOURNAL_FILE, parseHeader } from './format.js';
import { encodeFrame, type Frame, scanFrames } from './frame.js';
import { replaceFile, writeFully } from './replace-file.js';

/** One acknowledged write. */
export interface JournalEntry {
  seq: number;
  changes: Change[];
}

export interface JournalContent {
  /** The write the journal starts after. */
  baseSeq: number;
  entries: JournalEntry[];
  /** Bytes behind the last good record; they were never acknowledged. */
  tornBytes: number;
  endOffset: number;
}

/**
 * Reads every write of the journal; undefined when there is none.
 *
 * @throws StoreError PT_STORE_CORRUPT, PT_STORE_VERSION_UNKNOWN
 */
export function readJournal(path: string): JournalContent | undefined {
  if (!existsSync(path)) return undefined;
  const fd = openSync(path, 'r');
  try {
    const sizeBytes = fstatSync(fd).size;
    const frames: Frame[] = [];
    const scan = scanFrames(fd, sizeBytes, (frame) => frames.push(frame));
    if (scan.outcome === 'damaged') throw reportDamage(JOURNAL_FILE, scan.endOffset, scan.problem);
    const [first, ...rest] = frames;
    if (first === undefined) throw reportDamage(JOURNAL_FILE, 0, 'it holds no header');
    const { seq } = parseHeader(first.payload, JOURNAL_FILE);
    const entries = rest.map((frame, i) => parseEntry(frame, seq + i + 1));
    return { baseSeq: seq, entries, tornBytes: sizeBytes - scan.endOffset, endOffset: scan.endOffset };
  } finally {
    closeSync(fd);
  }
}

/** Starts an empty journal after write `seq`, replacing the old one in one step. */
export function resetJournal(path: string, seq: number): void {
  replaceFile(path, 'start a journal', [encodeFrame(JSON.stringify(createHeader(seq)))]);
}

/** The open end of the journal. */
export interface JournalWriter {
  fd: number;
  endOffset: number;
}

/** Opens the journal for appending and cuts what lies behind its last good record. */
export function openJournalWriter(path: string, endOffset: number): JournalWriter {
  try {
    const fd = openSync(path, 'r+');
    if (fstatSync(fd).size > endOffset) {
      ftruncateSync(fd, endOffset);
      fsyncSync(fd);
    }
    return { fd, endOffset };
  } catch (cause) {
    throw mapDiskError(cause, 'open the journal');
  }
}

/**
 * Appends one write and returns once it is on disk.
 *
 * @throws StoreError PT_STORE_DISK_FULL and others; the journal is then as long as before
 */
export function appendEntry(writer: JournalWriter, entry: JournalEntry): void {
  const frame = encodeFrame(formatEntry(entry));
  try {
    const end = writeFully(writer.fd, frame, writer.endOffset);
    fsyncSync(writer.fd);
    writer.endOffset = end;
  } catch (cause) {
    throw withdrawEntry(writer, cause);
  }
}

/** Takes a half-written record back; failing that too, the journal's end is unknown and the error says so. */
function withdrawEntry(writer: JournalWriter, cause: unknown): StoreError {
  try {
    ftruncateSync(writer.fd, writer.endOffset);
    fsyncSync(writer.fd);
    return mapDiskError(cause, 'write to the journal');
  } catch (second) {
    return new StoreError('PT_STORE_IO_FAILED', {
      message:
        'Cannot write to the journal, nor take the half-written record back. Close the store and open it again',
      details: {
        operation: 'write to the journal',
        problem: String((second as { code?: unknown }).code ?? second),
      },
      cause,
    });
  }
}

type EntryJson = { seq: number; changes: [RelationName, Tuple[], Tuple[]][] };

function formatEntry(entry: JournalEntry): string {
  const changes = entry.changes.map(({ relation, puts, removes }) => [relation, puts, removes]);
  return JSON.stringify({ seq: entry.seq, changes });
}

function parseEntry(frame: Frame, seq: number): JournalEntry {
  const json = JSON.parse(frame.payload.toString('utf8')) as EntryJson;
  if (json.seq !== seq) throw reportDamage(JOURNAL_FILE, frame.offset, `write ${seq} is missing`);
  return { seq, changes: json.changes.map(([relation, puts, removes]) => ({ relation, puts, removes })) };
}
