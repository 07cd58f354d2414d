import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Chunk, Edge, RowKey } from '@parseltongue/isg-core';
import { ParseltongueError } from '@parseltongue/isg-core';
import { SummaryError } from './errors.js';
import { collectNeighbours, parseKeys, parseRecord } from './read-records.js';
import { type SummarizeOptions, summarizeRows } from './summarize-rows.js';

/** Streams and arguments of one run of the program. */
export interface GeneratorIo {
  argv: readonly string[];
  stdin: AsyncIterable<Buffer | string>;
  /** Resolves when the text was taken. */
  write: (text: string) => Promise<void>;
  writeError: (text: string) => void;
  signal?: AbortSignal;
}

const USAGE = `interface-summary-generator [rows.ndjson] [--keys <file or JSON>] [--edges]

Reads rows, chunks or records of the chunk streamer, one JSON document a line, from a file or stdin.
Writes one line for each row: {"isgl1_key", "summary", "provenance"}. Rules only: no model is asked.

  --keys   only these rows: a file or text of the form {"isgl1_keys": ["src/lib.rs-_-parse"]}
  --edges  read the whole input first and name callers and callees from its edges
  --help   this text
`;

/** Exit codes: 0 done, 1 a key was not found, 2 misuse or unreadable input. */
export type GeneratorExit = 0 | 1 | 2;

/** Runs `interface-summary-generator`; expected failures end in an exit code and one line on the error stream. */
export async function runGenerator(io: GeneratorIo): Promise<GeneratorExit> {
  try {
    const args = parseArguments(io.argv);
    if (args.isHelp) {
      await io.write(USAGE);
      return 0;
    }
    return await summarizeInput(args, io);
  } catch (error) {
    if (!ParseltongueError.isInstance(error)) throw error;
    io.writeError(`${error.code}: ${error.message}\n`);
    return 2;
  }
}

interface Arguments {
  file: string | undefined;
  keys: string | undefined;
  withEdges: boolean;
  isHelp: boolean;
}

function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        keys: { type: 'string' },
        edges: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (positionals.length > 1) throw new TypeError(`Unexpected argument '${positionals[1] ?? ''}'`);
    const { keys, edges: withEdges = false, help: isHelp = false } = values;
    return { file: positionals[0], keys, withEdges, isHelp };
  } catch (cause) {
    const problem = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : 'unknown';
    throw new SummaryError('PT_SUMMARY_OPTION_INVALID', {
      message: `${problem}. See interface-summary-generator --help`,
      details: { option: 'argv', value: problem },
      cause,
    });
  }
}

async function summarizeInput(args: Arguments, io: GeneratorIo): Promise<GeneratorExit> {
  const wanted = args.keys === undefined ? undefined : new Set(parseKeys(await readKeys(args.keys)));
  const source = args.file === undefined ? io.stdin : openFile(args.file);
  const edges: Edge[] = [];
  const streamed = readRows(source, args.withEdges ? edges : undefined);
  const options: SummarizeOptions = io.signal === undefined ? {} : { signal: io.signal };
  const rows = args.withEdges ? await collect(streamed) : streamed;
  if (args.withEdges) {
    const around = collectNeighbours(edges);
    options.neighbours = (key) => around.get(key);
  }
  for await (const { key, summary } of summarizeRows(rows, options)) {
    if (wanted !== undefined && !wanted.delete(key)) continue;
    const { text, provenance } = summary;
    await io.write(`${JSON.stringify({ isgl1_key: key, summary: text, provenance })}\n`);
  }
  return wanted === undefined ? 0 : reportMissing(wanted, io);
}

function reportMissing(missing: ReadonlySet<RowKey>, io: GeneratorIo): GeneratorExit {
  if (missing.size === 0) return 0;
  const [first = ''] = missing;
  io.writeError(`${missing.size} of the keys are not in the input, the first is ${first}\n`);
  return 1;
}

async function* readRows(
  source: AsyncIterable<Buffer | string>,
  edges: Edge[] | undefined,
): AsyncGenerator<Chunk> {
  let line = 0;
  for await (const text of splitLines(source)) {
    line += 1;
    if (text.trim() === '') continue;
    const record = parseRecord(text, line);
    if (record.type === 'row') yield record.row;
    if (record.type === 'edge') edges?.push(record.edge);
  }
}

async function* splitLines(source: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of source) {
    const text = rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }));
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.decode();
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* openFile(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(file)) yield piece as Buffer;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function readKeys(given: string): Promise<string> {
  if (given.trimStart().startsWith('{')) return given;
  try {
    return await readFile(given, 'utf8');
  } catch (cause) {
    throw unreadable(given, cause);
  }
}

function unreadable(file: string, cause: unknown): SummaryError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new SummaryError('PT_SUMMARY_FILE_UNREADABLE', {
    message: `Cannot read ${file}: ${reason}. Check that it exists and may be read`,
    details: { file, reason },
    cause,
  });
}
