import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readIfPresent } from '../log/run-log.js';
import { redactValue } from '../redact.js';
import { type Outcome, OutcomeSchema } from './outcome.js';

const OWNER_ONLY = 0o600;

/** Appends one outcome to `<dir>/outcomes.ndjson`; it is on the disk when the call returns. */
export function appendOutcome(dir: string, outcome: Outcome): void {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'outcomes.ndjson');
  const text = readIfPresent(file);
  const isCutOff = text.length > 0 && text.at(-1) !== 0x0a;
  const line = JSON.stringify(redactValue(OutcomeSchema.parse(outcome)));
  const fd = openSync(file, 'a', OWNER_ONLY);
  try {
    writeSync(fd, `${isCutOff ? '\n' : ''}${line}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** All outcomes under `dir`, oldest first, and how many lines are none: a crash may leave half of one. */
export function readOutcomeLog(dir: string): { lines: Outcome[]; unreadable: number } {
  const lines = readIfPresent(join(dir, 'outcomes.ndjson')).toString('utf8').split('\n').filter(Boolean);
  const read = lines.map((line) => OutcomeSchema.safeParse(parseJson(line)).data);
  const good = read.filter((line) => line !== undefined);
  return { lines: good, unreadable: read.length - good.length };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
