import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { EventContract, type EventType, type RunEvent } from '@parseltongue/isg-core';
import { SorcererError } from '../errors.js';
import { hashText } from '../hash-value.js';
import { redactValue } from '../redact.js';
import { type Artefact, type EventPayload, PAYLOAD_SCHEMAS } from './event-payloads.js';
import { parseEvents } from './parse-events.js';
import { acquireRunLock } from './run-lock.js';

/** One run's append-only record and the files beside it. */
export interface RunLog extends AsyncDisposable {
  readonly runId: string;
  /** All events so far, oldest first. */
  events(): readonly RunEvent[];
  /** Appends one event; it is in the file when the call returns, and on the disk for events a resume depends on. */
  append<T extends EventType>(type: T, payload: EventPayload<T>, at: number): RunEvent;
  /** Stores a document beside the log, durably and all or nothing: JSON, or text when the name ends in `.md`. */
  writeArtefact(name: string, value: unknown): Artefact;
  /**
   * Reads a document back.
   *
   * @throws SorcererError PT_SORCERER_ARTEFACT_CORRUPT when it is missing or differs from what the event vouches for
   */
  readArtefact(artefact: Artefact): unknown;
}

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const OWNER_ONLY = 0o600;
/** Losing one of these to a power failure would only cost a repeated computation. */
const CHEAP: ReadonlySet<EventType> = new Set([
  'model-delta',
  'stage-started',
  'gate-started',
  'gate-ended',
  'edit-refused',
]);

/**
 * Opens the log of one run under `<dir>/runs/<run_id>/`, making it when it does not exist.
 *
 * A line that a crash cut off is removed; what is left is a prefix of what was written. One process at a time holds a run.
 *
 * @throws SorcererError PT_SORCERER_RUN_ID_INVALID, PT_SORCERER_RUN_BUSY, PT_SORCERER_LOG_CORRUPT
 */
export async function openRunLog(dir: string, runId: string): Promise<RunLog> {
  const folder = runFolder(dir, runId);
  mkdirSync(folder, { recursive: true });
  const release = await acquireRunLock(folder, runId);
  try {
    const path = join(folder, 'events.ndjson');
    const { events, goodBytes, totalBytes } = parseEvents(runId, readIfPresent(path));
    if (goodBytes < totalBytes) truncateSync(path, goodBytes);
    return new FileRunLog({ runId, folder, events, fd: openSync(path, 'a', OWNER_ONLY), release });
  } catch (cause) {
    release();
    throw cause;
  }
}

/**
 * The folder of a run.
 *
 * @throws SorcererError PT_SORCERER_RUN_ID_INVALID when the id could name anything but one folder
 */
export function runFolder(dir: string, runId: string): string {
  if (!RUN_ID.test(runId)) {
    throw new SorcererError('PT_SORCERER_RUN_ID_INVALID', {
      message: `"${runId}" is not a run id. Use up to 64 letters, digits, dots, dashes and underscores, starting with a letter or digit`,
      details: { runId },
    });
  }
  return join(dir, 'runs', runId);
}

/** The bytes of a file, none when there is no such file. */
export function readIfPresent(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw cause;
  }
}

/**
 * Reads one artefact of a run.
 *
 * @throws SorcererError PT_SORCERER_ARTEFACT_CORRUPT
 */
export function readArtefactFile(folder: string, runId: string, artefact: Artefact): unknown {
  const text = readIfPresent(join(folder, artefact.name)).toString('utf8');
  if (hashText(text) === artefact.sha256) return JSON.parse(text) as unknown;
  throw new SorcererError('PT_SORCERER_ARTEFACT_CORRUPT', {
    message: `${artefact.name} of run ${runId} is missing or was changed after it was written. Start the change again as a new run`,
    details: { runId, name: artefact.name },
  });
}

interface FileRunLogInit {
  runId: string;
  folder: string;
  events: RunEvent[];
  fd: number;
  release: () => void;
}

class FileRunLog implements RunLog {
  readonly runId: string;
  readonly #init: FileRunLogInit;
  #isOpen = true;

  constructor(init: FileRunLogInit) {
    this.runId = init.runId;
    this.#init = init;
  }

  events(): readonly RunEvent[] {
    return this.#init.events;
  }

  append<T extends EventType>(type: T, payload: EventPayload<T>, at: number): RunEvent {
    const checked = PAYLOAD_SCHEMAS[type].parse(payload) as RunEvent['payload'];
    const event: RunEvent = {
      contract: EventContract,
      seq: this.#init.events.length + 1,
      run_id: this.runId,
      type,
      at: new Date(at).toISOString(),
      payload: redactValue(checked),
    };
    writeSync(this.#init.fd, `${JSON.stringify(event)}\n`);
    if (!CHEAP.has(type)) fsyncSync(this.#init.fd);
    this.#init.events.push(event);
    return event;
  }

  writeArtefact(name: string, value: unknown): Artefact {
    const text = name.endsWith('.md') ? String(value) : JSON.stringify(value);
    const path = join(this.#init.folder, name);
    const fd = openSync(`${path}.tmp`, 'w', OWNER_ONLY);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${path}.tmp`, path);
    return { name, sha256: hashText(text) };
  }

  readArtefact(artefact: Artefact): unknown {
    return readArtefactFile(this.#init.folder, this.runId, artefact);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#init.fd);
    this.#init.release();
    await Promise.resolve();
  }
}
