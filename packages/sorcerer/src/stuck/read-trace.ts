import type { RunEvent } from '@parseltongue/isg-core';
import type { TypedEvent } from '../log/event-payloads.js';
import type { TraceStep } from './detect-stuck.js';

/**
 * Reads a run's log as a trace of what was tried and what came of it, one step for every end of proposing or verifying.
 *
 * Pauses for overload, a question or an approval are nobody's loop and are left out.
 */
export function readTrace(events: readonly RunEvent[], hash: (value: unknown) => string): TraceStep[] {
  const trace: TraceStep[] = [];
  let action: string | null = null;
  for (const event of events) {
    const { type, payload } = { type: event.type, payload: event.payload } as unknown as TypedEvent;
    if (type === 'edits-proposed') action = hash(payload.edits);
    if (type === 'rows-proposed') action = payload.proposal_id;
    if (type === 'stage-ended' && payload.stage === 'propose' && !QUIET.has(payload.outcome)) {
      const isOverflow = payload.outcome === 'budget';
      trace.push({
        action,
        observation: hash([payload.outcome, payload.evidence]),
        isError: true,
        isOverflow,
      });
      action = null;
    }
    if (type === 'stage-ended' && payload.stage === 'verify') {
      trace.push({
        action,
        observation: payload.findings_hash,
        isError: payload.verdict !== 'passed',
        isOverflow: false,
      });
      action = null;
    }
  }
  return trace;
}

const QUIET: ReadonlySet<string> = new Set([
  'overloaded',
  'question',
  'approval',
  'none_needed',
  'environment',
]);
