import type { RunOutcome } from './drive-run.js';
import { SorcererError } from './errors.js';
import type { ChangePorts } from './ports.js';
import type { ChangeKind, Prd } from './prd/prd.js';
import type { Reasoner } from './reasoner.js';
import { type StartOptions, startRun } from './start-run.js';

export interface RunChangeOptions extends StartOptions {
  /** What is wanted, in the user's words. */
  request: string;
  /** Who reasons, default `ports.reasoner`. */
  reasoner?: Reasoner;
  /** `stepped` writes a micro-PRD and a plan first; `direct` (default) proposes at once. */
  workflow?: 'direct' | 'stepped';
  /** What kind of change it is, default what the PRD says. A bug needs a test that fails on the base. */
  kind?: ChangeKind;
  /** An accepted micro-PRD to start from; its acceptance tests are part of every proposal. */
  prd?: Prd;
}

/**
 * Carries out a request: PRD and plan where asked for, context, edits, future rows, gates, decision, at most three attempts,
 * then apply, commit, promote.
 *
 * @throws SorcererError PT_SORCERER_PORT_MISSING without a reasoner, PT_SORCERER_OPTION_INVALID for an empty request,
 * PT_SORCERER_RUN_EXISTS, PT_SORCERER_RUN_ID_INVALID, PT_SORCERER_RUN_BUSY, and engine errors that no retry cures
 */
export async function runChange(ports: ChangePorts, options: RunChangeOptions): Promise<RunOutcome> {
  const reasoner = options.reasoner ?? ports.reasoner;
  if (reasoner === undefined) {
    throw new SorcererError('PT_SORCERER_PORT_MISSING', {
      message: 'A change needs a reasoner. Pass one in the options or in the ports',
      details: { port: 'reasoner' },
    });
  }
  const request = options.request.trim();
  if (request === '') {
    throw new SorcererError('PT_SORCERER_OPTION_INVALID', {
      message: 'The request is empty. Say what should change',
      details: { option: 'request', value: '' },
    });
  }
  return startRun({ ...ports, reasoner }, options, {
    road: 'change',
    request,
    reasoner: reasoner.id,
    clippy: false,
    workflow: options.workflow ?? 'direct',
    kind: options.kind ?? null,
    ...(options.prd === undefined ? {} : { prd: options.prd }),
  });
}
