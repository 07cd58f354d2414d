#!/usr/bin/env node
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type IndexRecord, IndexRecordSchema, ParseltongueError } from '@parseltongue/isg-core';
import { StoreError } from './errors.js';
import { openStore } from './open-store.js';

const USAGE = `ingest-chunks-to-codegraph --dir DIR [FILE.ndjson | -]

Reads index records, one JSON document a line, from a file or standard input, and replaces what the graph
in DIR knows of every file they name. Prints the counts as JSON. Nothing is written when a line is not valid.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values.dir === undefined || positionals.length > 1) {
    process.stderr.write(USAGE);
    return 2;
  }
  await using store = await openStore({ dir: values.dir });
  const written = await store.ingest(readRecords(positionals[0] ?? '-'));
  process.stdout.write(`${JSON.stringify(written)}\n`);
  return 0;
}

async function* readRecords(source: string): AsyncGenerator<IndexRecord> {
  const input = source === '-' ? process.stdin : createReadStream(source);
  let lineNumber = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    lineNumber += 1;
    if (line.trim() !== '') yield parseRecord(line, lineNumber);
  }
}

function parseRecord(line: string, lineNumber: number): IndexRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw reportLine(lineNumber, 'it is not JSON', cause);
  }
  const parsed = IndexRecordSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw reportLine(
    lineNumber,
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`,
    parsed.error,
  );
}

function reportLine(lineNumber: number, problem: string, cause: unknown): StoreError {
  return new StoreError('PT_STORE_RECORD_INVALID', {
    message: `Line ${lineNumber} is no index record: ${problem}. Nothing was written`,
    details: { subject: `line ${lineNumber}`, problem },
    cause,
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  const text = ParseltongueError.isInstance(error) ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
