#!/usr/bin/env node
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { IndexRecord, Ledger, Progress } from '@parseltongue/isg-core';
import { StreamError } from './errors.js';
import type { Granularity, PieceOptions, TextPiece } from './pieces/cut-pieces.js';
import { streamPieces } from './pieces/stream-pieces.js';
import { type StreamOptions, streamChunks } from './stream-chunks.js';

const USAGE = `Usage: isg-code-chunk-streamer <path> [--ndjson] [--no-references] [--workers N]
       isg-code-chunk-streamer <path> --pieces item|container|file [--max-tokens N] [--workers N]

Streams the rows, edges and diagnostics of the repository at <path>.
  --ndjson      one JSON record a line on stdout; without it a summary
  --no-references  rows and what they contain, not what they refer to: half the time
  --pieces G    pieces for model input instead, one JSON document a line: leaf items, items of the file's root, files
  --max-tokens N  merge neighboring pieces up to N tokens and split larger ones
  --workers N   parse threads, default one less than the number of cores, 1 to 4
Exit codes: 0 done, 1 the repository cannot be read, 2 wrong usage`;

interface Command {
  root: string;
  asNdjson: boolean;
  references: boolean;
  workers: number | undefined;
  pieces: Granularity | undefined;
  maxTokens: number | undefined;
}

async function main(argv: string[]): Promise<number> {
  const command = readCommand(argv);
  if (typeof command === 'string') {
    process.stderr.write(`${command}\n\n${USAGE}\n`);
    return 2;
  }
  if (command === null) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  try {
    await stream(command);
    return 0;
  } catch (error) {
    if (!StreamError.isInstance(error)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return error.code === 'PT_STREAM_OPTION_INVALID' ? 2 : 1;
  }
}

// A text is what is wrong with the arguments; null asks for help.
function readCommand(argv: string[]): Command | string | null {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ndjson: { type: 'boolean' },
        'no-references': { type: 'boolean' },
        workers: { type: 'string' },
        pieces: { type: 'string' },
        'max-tokens': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return null;
    const [root, ...rest] = positionals;
    if (root === undefined) return 'No path given';
    if (rest.length > 0) return `One path expected, ${positionals.length} given`;
    if (values['max-tokens'] !== undefined && values.pieces === undefined)
      return '--max-tokens is for --pieces';
    return {
      root,
      asNdjson: values.ndjson === true,
      references: values['no-references'] !== true,
      workers: readNumber(values.workers),
      pieces: values.pieces as Granularity | undefined, // any other text is refused where pieces are cut
      maxTokens: readNumber(values['max-tokens']),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

async function stream(command: Command): Promise<void> {
  if (command.pieces !== undefined) {
    await streamModelInput(command, command.pieces);
    return;
  }
  const showProgress = createProgressLine();
  const options: StreamOptions = { onProgress: showProgress, references: command.references };
  if (command.workers !== undefined) options.workers = command.workers;
  const counts = new Map<string, number>();
  let ledger: Ledger | undefined;
  for await (const record of streamChunks(command.root, options)) {
    counts.set(record.type, (counts.get(record.type) ?? 0) + 1);
    if (record.type === 'ledger') ledger = record.ledger;
    if (command.asNdjson) await writeLine(record);
  }
  if (!command.asNdjson && ledger !== undefined) process.stdout.write(formatSummary(ledger, counts));
}

async function streamModelInput(command: Command, granularity: Granularity): Promise<void> {
  const options: StreamOptions & PieceOptions = { granularity };
  if (command.workers !== undefined) options.workers = command.workers;
  if (command.maxTokens !== undefined) options.maxTokens = command.maxTokens;
  for await (const piece of streamPieces(command.root, options)) await writeLine(piece);
}

async function writeLine(record: IndexRecord | TextPiece): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(record)}\n`)) await once(process.stdout, 'drain');
}

function formatSummary(ledger: Ledger, counts: ReadonlyMap<string, number>): string {
  const reasons = new Map<string, number>();
  for (const { reason } of ledger.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const skipped = [...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ');
  return [
    `seen         ${ledger.seen}`,
    `indexed      ${ledger.indexed}`,
    `skipped      ${ledger.skipped.length}${skipped === '' ? '' : ` (${skipped})`}`,
    `rows         ${counts.get('row') ?? 0}`,
    `edges        ${counts.get('edge') ?? 0}`,
    `diagnostics  ${ledger.diagnostics.length}`,
    '',
  ].join('\n');
}

const PROGRESS_EVERY_MS = 1000;

function createProgressLine(): (progress: Progress) => void {
  let shownAt = 0;
  return ({ stage, done, total, unit }) => {
    const now = performance.now();
    if (done !== total && now - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = now;
    process.stderr.write(`${stage} ${done}${total === null ? '' : `/${total}`} ${unit}\n`);
  };
}

// A reader that goes away, as `head` does, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await main(process.argv.slice(2));
