import type { Evidence } from './evidence.js';
import { hashValue } from './hash-value.js';
import type { Road } from './log/event-payloads.js';
import { FIX_POLICIES } from './reasoners/deterministic/fix-policy.js';
import type { RunState } from './run-state.js';

const CHANGE_STRATEGIES: readonly string[] = [
  'Answer the request with the smallest change that does all of it',
  'Repair exactly what the evidence shows; the bodies of the rows it names are in the context now. Keep what was right',
  'Take another approach than the earlier attempts and write whole items only, no SEARCH/REPLACE blocks',
];

/** What attempt `number` of a road does differently; undefined when the road has no further idea. */
export function strategyOf(road: Road, number: number): string | undefined {
  return road === 'fix' ? FIX_POLICIES[number - 1]?.sentence : CHANGE_STRATEGIES[number - 1];
}

/** Everything earlier attempts ran into, oldest first. */
export function evidenceOf(state: RunState, reports: (attempt: number) => Evidence[]): Evidence[] {
  return state.attempts.flatMap((attempt) => [
    ...(attempt.outcome?.evidence ?? []),
    ...(attempt.report === null ? [] : reports(attempt.number)),
    ...(attempt.review?.objections ?? []).map(objected),
    ...(attempt.apply === 'rolled_back' ? [rolledBack(attempt.applyReason)] : []),
  ]);
}

/** What makes an attempt an attempt of its own: its strategy, and what it knows that earlier ones did not. */
export function fingerprintOf(strategy: string, state: RunState, evidence: readonly Evidence[]): string {
  return hashValue({ strategy, evidence, clarifications: state.clarifications });
}

function objected(message: string): Evidence {
  return { kind: 'review_objection', message, codes: [], row_keys: [], paths: [] };
}

function rolledBack(reason: string | null): Evidence {
  return {
    kind: 'rolled_back',
    message: `Applied and taken back: ${reason ?? 'the tree did not verify in place'}`,
    codes: [],
    row_keys: [],
    paths: [],
  };
}
