import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type GateReport,
  GateReportSchema,
  type Proposal,
  ProposalSchema,
  type RunEvent,
} from '@parseltongue/isg-core';
import { SorcererError } from '../errors.js';
import { foldEvents } from '../fold-events.js';
import type { RunState } from '../run-state.js';
import type { Road, RunStatus } from './event-payloads.js';
import { parseEvents } from './parse-events.js';
import { readArtefactFile, readIfPresent, runFolder } from './run-log.js';

/** One line about a run. */
export interface RunSummary {
  run_id: string;
  road: Road;
  request: string;
  /** Null while the run is open: at work, or cut off and resumable. */
  status: RunStatus | null;
  reason: string | null;
  attempts: number;
  commit: string | null;
  started: string;
  last_event: string;
}

/** Everything recorded of a run. */
export interface RunRecord {
  summary: RunSummary;
  events: RunEvent[];
  /** The latest proposal and its receipts, null when there are none. */
  proposal: Proposal | null;
  report: GateReport | null;
}

/** Lists the runs under `<dir>/runs`, newest first; folders without a readable log are left out. */
export async function listRuns(dir: string): Promise<RunSummary[]> {
  const names = await readdir(join(dir, 'runs')).catch(() => []);
  const summaries = names.flatMap((name) => readSummary(dir, name) ?? []);
  return summaries.sort((a, b) =>
    a.started === b.started ? compare(a.run_id, b.run_id) : compare(b.started, a.started),
  );
}

/**
 * Reads one run without taking it: a run at work can be read at any time.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN, PT_SORCERER_LOG_CORRUPT, PT_SORCERER_ARTEFACT_CORRUPT
 */
export async function readRun(dir: string, runId: string): Promise<RunRecord> {
  const folder = runFolder(dir, runId);
  const { events } = parseEvents(runId, readIfPresent(join(folder, 'events.ndjson')));
  const state = foldEvents(events);
  const summary = toSummary(runId, state, events);
  if (summary === undefined) {
    throw new SorcererError('PT_SORCERER_RUN_UNKNOWN', {
      message: `There is no run ${runId}. List the runs to see their ids`,
      details: { runId },
    });
  }
  const last = state.attempts.at(-1);
  const proposal =
    last?.proposal == null ? null : ProposalSchema.parse(readArtefactFile(folder, runId, last.proposal));
  const report =
    last?.report == null
      ? null
      : GateReportSchema.parse(readArtefactFile(folder, runId, last.report.artefact));
  return Promise.resolve({ summary, events, proposal, report });
}

function readSummary(dir: string, name: string): RunSummary | undefined {
  try {
    const { events } = parseEvents(name, readIfPresent(join(runFolder(dir, name), 'events.ndjson')));
    return toSummary(name, foldEvents(events), events);
  } catch (cause) {
    if (SorcererError.isInstance(cause)) return undefined;
    throw cause;
  }
}

function toSummary(runId: string, state: RunState, events: readonly RunEvent[]): RunSummary | undefined {
  const first = events[0];
  if (state.settings === null || first === undefined) return undefined;
  return {
    run_id: runId,
    road: state.settings.road,
    request: state.settings.request,
    status: state.ended?.status ?? null,
    reason: state.ended?.reason ?? null,
    attempts: state.attempts.length,
    commit: state.commit,
    started: first.at,
    last_event: events.at(-1)?.at ?? first.at,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
