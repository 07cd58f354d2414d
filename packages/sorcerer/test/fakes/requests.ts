import type { ReasonerRequest } from '../../src/index.js';
import { block } from './scripted-reasoner.js';

/** A small request; two calls give equal ones. */
export function createRequest(patch: Partial<ReasonerRequest> = {}): ReasonerRequest {
  return {
    step: 'propose',
    request: 'area must be two',
    context: 'src/lib.rs-_-area | code | pub fn area() -> u32 |',
    attempt: 1,
    strategy: 'Answer the request',
    evidence: [],
    clarifications: [],
    tokenBudget: 1_000,
    ...patch,
  };
}

export const ANSWER = block('EDIT src/lib.rs-_-area', 'pub fn area() -> u32 {\n    2\n}');
