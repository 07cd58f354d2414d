import type { EventType, RunEvent, TextModel } from '@parseltongue/isg-core';
import { SorcererError } from './errors.js';
import { foldEvent, foldEvents } from './fold-events.js';
import type { EventPayload, RunSettings } from './log/event-payloads.js';
import type { RunLog } from './log/run-log.js';
import type { ContextRow, ContextSource, Diagnosis, FixPorts, OfferedFixes } from './ports.js';
import type { Reasoner } from './reasoner.js';
import type { AttemptState, RunState } from './run-state.js';

/** Ports of either road; what a road lacks is missing and asked for where it is needed. */
export type SessionPorts = FixPorts & {
  context?: ContextSource;
  reasoner?: Reasoner;
  scanner?: TextModel;
};

/** How a caller watches and stops a run. */
export interface SessionOptions {
  signal?: AbortSignal;
  /** Every event this call appends, in order, once. */
  onEvent?: (event: RunEvent) => void;
}

/** The kinds of documents beside a log; `ask` is Markdown, the others are JSON. */
export type ArtefactKind =
  | 'base'
  | 'prd'
  | 'tests'
  | 'interfaces'
  | 'plan'
  | 'scans'
  | 'context'
  | 'answer'
  | 'proposal'
  | 'review'
  | 'report'
  | 'reproduction'
  | 'ask';

/** One process's work on one run: the log, the state it folds to, and what may be forgotten. */
export interface RunSession {
  readonly runId: string;
  readonly ports: SessionPorts;
  readonly log: RunLog;
  readonly signal: AbortSignal | undefined;
  readonly memory: RunMemory;
  state(): RunState;
  record<T extends EventType>(type: T, payload: EventPayload<T>): void;
  /** A name for a document that no earlier event names. */
  nameArtefact(kind: ArtefactKind): string;
}

/** Answers that stay true while the tree does not change; losing them costs time only. */
export interface RunMemory {
  diagnoses: Map<string, Diagnosis>;
  offers: Map<string, OfferedFixes>;
  searches: Map<string, ContextRow[]>;
}

/** Ties a log and the ports together. */
export function createRunSession(log: RunLog, ports: SessionPorts, options: SessionOptions): RunSession {
  let state = foldEvents(log.events());
  return {
    runId: log.runId,
    ports,
    log,
    signal: options.signal,
    memory: { diagnoses: new Map(), offers: new Map(), searches: new Map() },
    state: () => state,
    record(type, payload) {
      const event = log.append(type, payload, ports.clock.now());
      state = foldEvent(state, event);
      options.onEvent?.(event);
    },
    nameArtefact: (kind) => `${kind}-${log.events().length + 1}.${kind === 'ask' ? 'md' : 'json'}`,
  };
}

/**
 * The settings of a started run.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN
 */
export function settingsOf(session: RunSession): RunSettings {
  const { settings } = session.state();
  if (settings !== null) return settings;
  throw new SorcererError('PT_SORCERER_RUN_UNKNOWN', {
    message: `There is no run ${session.runId}. List the runs to see their ids`,
    details: { runId: session.runId },
  });
}

/**
 * The attempt the run is in.
 *
 * @throws SorcererError PT_SORCERER_RUN_UNKNOWN before the first attempt
 */
export function currentAttempt(session: RunSession): AttemptState {
  const attempt = session.state().attempts.at(-1);
  if (attempt !== undefined) return attempt;
  throw new SorcererError('PT_SORCERER_RUN_UNKNOWN', {
    message: `Run ${session.runId} has no attempt yet. Start it first`,
    details: { runId: session.runId },
  });
}

/** The options object of a port call: the signal only when there is one. */
export function withSignal(session: RunSession): { signal?: AbortSignal } {
  return session.signal === undefined ? {} : { signal: session.signal };
}
