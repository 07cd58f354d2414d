import type { RunEvent } from '@parseltongue/isg-core';
import { listRuns, readRun } from '../log/read-run.js';
import { type Breakpoint, BreakpointSchema } from './breakpoint.js';

/** A breakpoint nobody answered yet. */
export interface PendingBreakpoint {
  run_id: string;
  request: string;
  opened: string;
  breakpoint: Breakpoint;
}

/** The breakpoints of all runs that nobody answered yet, newest run first; they are read from the logs alone. */
export async function listBreakpoints(dir: string): Promise<PendingBreakpoint[]> {
  const pending: PendingBreakpoint[] = [];
  for (const { run_id, request, status } of await listRuns(dir)) {
    if (status !== 'paused' && status !== 'verified' && status !== 'rejected') continue;
    const { events } = await readRun(dir, run_id);
    const breakpoint = findOpenBreakpoint(events);
    const opened = events.findLast(({ type }) => type === 'breakpoint-opened')?.at;
    if (breakpoint !== null && opened !== undefined) pending.push({ run_id, request, opened, breakpoint });
  }
  return pending;
}

/** The last breakpoint of a log unless something resolved it or the user ended the run. */
export function findOpenBreakpoint(events: readonly RunEvent[]): Breakpoint | null {
  const at = events.findLastIndex(({ type }) => type === 'breakpoint-opened');
  const event = events[at];
  if (event === undefined) return null;
  const later = events.slice(at + 1);
  const isOver =
    later.some(({ type }) => type === 'breakpoint-resolved') ||
    later.filter(({ type }) => type === 'run-ended').length > 1;
  if (isOver) return null;
  const { file: _file, ...payload } = event.payload;
  return BreakpointSchema.parse(payload);
}
