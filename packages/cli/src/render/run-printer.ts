import type { RunEvent } from '@parseltongue/isg-core';
import type { Invocation } from '../verb.js';
import { colorVerdict } from './receipts.js';
import { formatDuration } from './table.js';

/** Tells a run's events on stderr as they happen, one line each. */
export interface RunPrinter {
  print(event: RunEvent): void;
}

type Payload = Record<string, unknown>;
type Describe = (payload: Payload, invocation: Invocation) => string | undefined;

/** A printer for one run; silent with `--quiet`. */
export function createRunPrinter(invocation: Invocation): RunPrinter {
  const { io } = invocation.context;
  const startedAt = performance.now();
  return {
    print(event) {
      if (invocation.globals.quiet) return;
      const line = DESCRIBE[event.type]?.(event.payload, invocation);
      if (line === undefined) return;
      invocation.progress.clear();
      io.err(`${io.colors.dim(formatDuration(performance.now() - startedAt).padStart(8))}  ${line}\n`);
    },
  };
}

const DESCRIBE: Partial<Record<RunEvent['type'], Describe>> = {
  'run-started': ({ road, request }) => `run started: ${text(road)} "${text(request)}"`,
  'stage-started': ({ stage, attempt, strategy }) =>
    stage === 'attempt' ? `attempt ${text(attempt)}: ${text(strategy)}` : `${text(stage)} ...`,
  'stage-ended': describeStageEnd,
  'model-called': ({ reasoner, finish, ms }) =>
    `${text(reasoner)} answered (${text(finish)}) in ${formatDuration(Number(ms))}`,
  'edits-proposed': ({ edits }) =>
    list(edits)
      .map((edit) => `${text(edit.op)} ${text(edit.target)}: ${text(edit.how)}`)
      .join(`\n${' '.repeat(10)}`),
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
