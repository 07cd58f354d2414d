import type { RunEvent } from '@parseltongue/isg-core';
import type { Invocation } from '../verb.js';
import { wrapText } from './fit-text.js';
import { colorVerdict } from './receipts.js';
import { createStageBoard, nextGate, type StageBoard } from './stage-board.js';
import { formatDuration } from './table.js';

/**
 * Tells a run's events on stderr as they happen, one line each; on a terminal with a board of the stages below, elsewhere
 * with a sign of life while a stage takes long.
 */
export interface RunPrinter extends Disposable {
  print(event: RunEvent): void;
}

type Payload = Record<string, unknown>;
type Describe = (payload: Payload, invocation: Invocation) => string | undefined;

const BOARD_INTERVAL_MS = 500;
const SILENCE_MS = 30_000;
const HANG = ' '.repeat(12);
const DEFAULT_COLUMNS = 80;
const ERASE_LINE = '\r\u001b[2K';

/** A printer for one run; silent with `--quiet`. */
export function createRunPrinter(invocation: Invocation): RunPrinter {
  const { io } = invocation.context;
  const startedAt = performance.now();
  const board = io.isInteractive && !invocation.globals.quiet ? createStageBoard(io.colors) : undefined;
  const draw = (): void => {
    if (board === undefined) return;
    invocation.progress.clear();
    io.err(
      `${ERASE_LINE}${board.draw(performance.now() - startedAt, (io.progressColumns ?? DEFAULT_COLUMNS) - 1)}`,
    );
  };
  const life = { stage: 'starting', silentSince: startedAt };
  const tell = (line: string): void => {
    const time = io.colors.dim(formatDuration(performance.now() - startedAt).padStart(8));
    const lines = `${time}  ${line}`
      .split('\n')
      .flatMap((piece) => wrapText(piece, io.progressColumns, HANG));
    io.err(`${board === undefined ? '' : ERASE_LINE}${lines.join('\n')}\n`);
    life.silentSince = performance.now();
  };
  const beat = (): void => {
    if (board !== undefined) void sample(board).then(draw);
    else if (!invocation.globals.quiet && performance.now() - life.silentSince >= SILENCE_MS)
      tell(`${life.stage}, still working`);
  };
  const timer = setInterval(beat, BOARD_INTERVAL_MS);
  timer.unref();
  return {
    print(event) {
      if (invocation.globals.quiet) return;
      life.stage = STAGE_OF[event.type]?.(event.payload) ?? life.stage;
      board?.update(event);
      const line = DESCRIBE[event.type]?.(event.payload, invocation);
      if (line === undefined) return;
      invocation.progress.clear();
      tell(line);
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      if (board !== undefined) io.err(ERASE_LINE);
    },
  };
}

/** What a run is busy with from an event on. */
const STAGE_OF: Partial<Record<RunEvent['type'], (payload: Payload) => string>> = {
  'stage-started': ({ stage }) => (stage === 'verify' ? 'T0' : text(stage)),
  'gate-ended': ({ gate }) => nextGate(gate) ?? 'verify',
  'apply-started': () => 'apply',
};

async function sample(board: StageBoard): Promise<void> {
  const { readTreeMemory } = await import('../compose.js');
  const usedBytes = await readTreeMemory();
  if (usedBytes !== undefined) board.addMemory(usedBytes);
}

const DESCRIBE: Partial<Record<RunEvent['type'], Describe>> = {
  'run-started': ({ road, request }) => `run started: ${text(road)} "${text(request)}"`,
  'stage-started': ({ stage, attempt, strategy }) =>
    stage === 'attempt' ? `attempt ${text(attempt)}: ${text(strategy)}` : `${text(stage)} ...`,
  'stage-ended': describeStageEnd,
  'model-called': ({ reasoner, finish, ms }) =>
    `${text(reasoner)} answered (${text(finish)}) in ${formatDuration(Number(ms))}`,
  'edits-proposed': ({ edits, notes }) =>
    [
      ...list(edits).map((edit) => `${text(edit.op)} ${text(edit.target)}: ${text(edit.how)}`),
      ...(Array.isArray(notes) ? notes : []).map((note) => `note: ${text(note).split('\n')[0] ?? ''}`),
    ].join(`\n${' '.repeat(10)}`),
  'edit-refused': ({ target, code, message }) =>
    `edit of ${text(target)} refused (${text(code)}): ${text(message)}`,
  'rows-proposed': ({ rows }) =>
    ['future rows:', ...list(rows).map(({ action, key }) => `${text(action).padEnd(6)} ${text(key)}`)].join(
      `\n${' '.repeat(12)}`,
    ),
  'gate-ended': ({ gate, title, verdict, reason, ms }, { context }) =>
    `${text(gate)} ${colorVerdict(verdict as 'passed', context.io.colors)} in ${formatDuration(Number(ms))}: ${text(title)}${reason === null ? '' : ` (${text(reason)})`}`,
  'decision-made': ({ decision }) =>
    `decision: ${text((decision as Payload).action)} by rule ${text((decision as Payload).rule_id)}`,
  'breakpoint-opened': ({ type, question }) => `breakpoint ${text(type)}: ${text(question)}`,
  'apply-started': () => 'apply: writing, building and testing in place ...',
  'apply-ended': ({ status, reason }) =>
    `apply: ${text(status)}${reason === null ? '' : `: ${text(reason)}`}`,
  'commit-created': ({ commit }) => `commit ${text(commit).slice(0, 12)}`,
  'graph-promoted': () => "graph: the plan's future is now the current graph",
};

function describeStageEnd({ stage, outcome, reason, verdict, ms, token_count }: Payload): string {
  if (stage === 'verify') return `verified: ${text(verdict)} in ${formatDuration(Number(ms))}`;
  if (stage === 'context') return `context: ${text(token_count)} tokens`;
  return stage === 'propose' ? `proposing ended: ${text(outcome)}: ${text(reason)}` : `${text(stage)} done`;
}

function list(value: unknown): Payload[] {
  return Array.isArray(value) ? (value as Payload[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
