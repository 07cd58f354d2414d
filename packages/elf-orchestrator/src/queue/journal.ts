import { copyFile, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ElfError } from '../errors.js';
import { type QueueEvent, QueueEventSchema } from './queue-event.js';

/** What opening a journal found at its end. */
export interface JournalRecovery {
  status: 'clean' | 'torn_tail' | 'corrupt';
  events: number;
  /** Bytes cut off behind the last good line. */
  droppedBytes: number;
  /** File name of the copy made before a corrupt journal was cut; null otherwise. */
  savedAs: string | null;
}

/** An append-only file of events, one JSON line each with a checksum in front. */
export interface Journal {
  readonly recovery: JournalRecovery;
  readonly sizeBytes: number;
  /** Appends events in order; resolves when they are on disk if `isDurable`, when they are handed to the system otherwise. */
  append(events: readonly QueueEvent[], isDurable: boolean): Promise<void>;
  /** Replaces the whole content atomically; what is appended later comes behind it. */
  rewrite(events: readonly QueueEvent[]): Promise<void>;
  close(): Promise<void>;
}

const JOURNAL_NAME = 'journal.ndjson';
const CRC_CHARS = 8;
const LINE_FEED = 0x0a;
const WRITE_CHARS = 1_048_576;

interface Batch {
  text: string;
  isDurable: boolean;
  settle: { resolve: () => void; reject: (error: unknown) => void }[];
}

/** Opens the journal in `dir`, replays its events in order and cuts what a crash left unfinished. */
export async function openJournal(dir: string, replay: (event: QueueEvent) => void): Promise<Journal> {
  const path = join(dir, JOURNAL_NAME);
  await rm(`${path}.new`, { force: true });
  const handle = await open(path, 'a+');
  try {
    const bytes = await handle.readFile();
    const { end, events, isTorn } = replayLines(bytes, replay);
    const droppedBytes = bytes.length - end;
    const recovery: JournalRecovery = { status: 'clean', events, droppedBytes, savedAs: null };
    if (droppedBytes > 0) {
      recovery.status = isTorn ? 'torn_tail' : 'corrupt';
      if (!isTorn) recovery.savedAs = await saveCopy(dir, end);
      await handle.truncate(end);
      await handle.datasync();
    }
    await syncDir(dir);
    return new FileJournal(path, handle, { recovery, sizeBytes: end });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class FileJournal implements Journal {
  readonly recovery: JournalRecovery;
  readonly #path: string;
  #handle: FileHandle;
  #sizeBytes: number;
  #next: Batch | null = null;
  #writing: Promise<void> = Promise.resolve();
  #problem: ElfError | null = null;

  constructor(path: string, handle: FileHandle, state: { recovery: JournalRecovery; sizeBytes: number }) {
    this.#path = path;
    this.#handle = handle;
    this.recovery = state.recovery;
    this.#sizeBytes = state.sizeBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(events: readonly QueueEvent[], isDurable: boolean): Promise<void> {
    const batch = this.#next ?? this.#startBatch();
    batch.text += events.map(formatLine).join('');
    batch.isDurable ||= isDurable;
    return new Promise((resolve, reject) => batch.settle.push({ resolve, reject }));
  }

  rewrite(events: readonly QueueEvent[]): Promise<void> {
    // The batch that waits is part of the new content already; what comes later must be written behind it.
    this.#next = null;
    const done = this.#writing.then(() => this.#replace(events));
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  /** Everything that arrives while the batch before is written shares one write and one sync. */
  #startBatch(): Batch {
    const batch: Batch = { text: '', isDurable: false, settle: [] };
    this.#next = batch;
    this.#writing = this.#writing.then(() => this.#write(batch));
    return batch;
  }

  async #write(batch: Batch): Promise<void> {
    if (this.#next === batch) this.#next = null;
    try {
      if (this.#problem !== null) throw this.#problem;
      const bytes = Buffer.from(batch.text, 'utf8');
      await this.#handle.appendFile(bytes);
      if (batch.isDurable) await this.#handle.datasync();
      this.#sizeBytes += bytes.length;
      for (const { resolve } of batch.settle) resolve();
    } catch (error) {
      // After a failed write the end of the file is unknown, so nothing more is appended until it is opened again.
      this.#problem ??= describeWriteFailure(error);
      for (const { reject } of batch.settle) reject(this.#problem);
    }
  }

  async #replace(events: readonly QueueEvent[]): Promise<void> {
    if (this.#problem !== null) throw this.#problem;
    const fresh = `${this.#path}.new`;
    const file = await open(fresh, 'w');
    let sizeBytes = 0;
    try {
      for (const text of groupLines(events)) {
        const bytes = Buffer.from(text, 'utf8');
        sizeBytes += bytes.length;
        await file.appendFile(bytes);
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    const next = await open(fresh, 'a+');
    try {
      await rename(fresh, this.#path);
      await syncDir(dirname(this.#path));
    } catch (error) {
      await next.close();
      throw error;
    }
    await this.#handle.close();
    this.#handle = next;
    this.#sizeBytes = sizeBytes;
  }
}

/** Keeps what could not be read, for a person to look at. */
async function saveCopy(dir: string, end: number): Promise<string> {
  const name = `journal.corrupt-at-${end}.ndjson`;
  await copyFile(join(dir, JOURNAL_NAME), join(dir, name));
  return name;
}

function replayLines(
  bytes: Buffer,
  replay: (event: QueueEvent) => void,
): { end: number; events: number; isTorn: boolean } {
  let end = 0;
  let events = 0;
  let lastSeq = 0;
  while (end < bytes.length) {
    const lineEnd = bytes.indexOf(LINE_FEED, end);
    // A crash can only leave an unfinished last line; damage anywhere else is corruption.
    if (lineEnd < 0) return { end, events, isTorn: true };
    const event = parseLine(bytes.subarray(end, lineEnd).toString('utf8'));
    if (event === null || event.seq <= lastSeq) return { end, events, isTorn: lineEnd === bytes.length - 1 };
    replay(event);
    lastSeq = event.seq;
    events += 1;
    end = lineEnd + 1;
  }
  return { end, events, isTorn: false };
}

/** A line is the checksum of the JSON text in eight hex digits, a space and the JSON text. */
function formatLine(event: QueueEvent): string {
  const json = JSON.stringify(event);
  return `${checksum(json)} ${json}\n`;
}

function parseLine(line: string): QueueEvent | null {
  const json = line.slice(CRC_CHARS + 1);
  if (line[CRC_CHARS] !== ' ' || line.slice(0, CRC_CHARS) !== checksum(json)) return null;
  try {
    return QueueEventSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CRC_CHARS, '0');
}

function* groupLines(events: readonly QueueEvent[]): Generator<string> {
  let text = '';
  for (const event of events) {
    text += formatLine(event);
    if (text.length < WRITE_CHARS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** Makes a new name in the directory durable; some platforms cannot sync directories and need not. */
async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => null);
  try {
    await handle?.sync();
  } catch {
    // The platform has no such operation.
  } finally {
    await handle?.close();
  }
}

function describeWriteFailure(error: unknown): ElfError<'PT_ELF_QUEUE_WRITE_FAILED'> {
  const problem = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new ElfError('PT_ELF_QUEUE_WRITE_FAILED', {
    message: `The queue's journal cannot be written: ${problem}. Free disk space or fix permissions, then open the queue again`,
    details: { problem },
    cause: error,
    retryable: true,
  });
}
