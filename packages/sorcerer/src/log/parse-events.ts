import { type RunEvent, RunEventSchema } from '@parseltongue/isg-core';
import { SorcererError } from '../errors.js';
import { PAYLOAD_SCHEMAS } from './event-payloads.js';

const NEWLINE = 0x0a;

/** Events of a log file and where its intact part ends. */
export interface ParsedLog {
  events: RunEvent[];
  /** Bytes up to the end of the last whole line. */
  goodBytes: number;
  totalBytes: number;
}

/**
 * Reads a log. A last line without its newline is what a crash leaves behind and is not read.
 *
 * @throws SorcererError PT_SORCERER_LOG_CORRUPT for a broken whole line, a gap in `seq` or another run's event
 */
export function parseEvents(runId: string, bytes: Buffer): ParsedLog {
  const goodBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = bytes.subarray(0, goodBytes).toString('utf8').split('\n').slice(0, -1);
  const events = lines.map((line, i) => parseEvent(runId, line, i + 1));
  return { events, goodBytes, totalBytes: bytes.length };
}

function parseEvent(runId: string, line: string, number: number): RunEvent {
  const event = RunEventSchema.safeParse(parseJson(line));
  if (!event.success) throw corrupt(runId, number, 'it is not an event');
  if (event.data.seq !== number) throw corrupt(runId, number, `seq is ${event.data.seq}`);
  if (event.data.run_id !== runId) throw corrupt(runId, number, `it belongs to run ${event.data.run_id}`);
  if (!PAYLOAD_SCHEMAS[event.data.type].safeParse(event.data.payload).success) {
    throw corrupt(runId, number, `the payload of ${event.data.type} breaks its schema`);
  }
  return event.data;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function corrupt(runId: string, line: number, problem: string): SorcererError {
  return new SorcererError('PT_SORCERER_LOG_CORRUPT', {
    message: `Line ${line} of the log of run ${runId} cannot be used: ${problem}. Start the change again as a new run`,
    details: { runId, line, problem },
  });
}
