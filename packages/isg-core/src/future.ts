import { z } from 'zod';
import { CoreError } from './errors.js';

export const FutureActionSchema = z.enum(['None', 'Create', 'Edit', 'Delete']);
export type FutureAction = z.infer<typeof FutureActionSchema>;

/** The temporal state of a row. */
export interface FutureState {
  current_ind: 0 | 1;
  future_ind: 0 | 1;
  future_action: FutureAction;
}

/** `absent` is no row at all: the state before a Create and after a promoted Delete. */
export type StateName = 'absent' | 'unchanged' | 'edit' | 'delete' | 'create';
export type FutureEvent = 'propose_create' | 'propose_edit' | 'propose_delete' | 'discard' | 'promote';

const STATES: Record<Exclude<StateName, 'absent'>, FutureState> = {
  unchanged: { current_ind: 1, future_ind: 1, future_action: 'None' },
  edit: { current_ind: 1, future_ind: 1, future_action: 'Edit' },
  delete: { current_ind: 1, future_ind: 0, future_action: 'Delete' },
  create: { current_ind: 0, future_ind: 1, future_action: 'Create' },
};

/** Every legal move; a missing cell is illegal. Re-proposing replaces what the same plan proposed before. */
export const FUTURE_TRANSITIONS: Readonly<Record<StateName, Partial<Record<FutureEvent, StateName>>>> = {
  absent: { propose_create: 'create' },
  unchanged: { propose_edit: 'edit', propose_delete: 'delete', discard: 'unchanged', promote: 'unchanged' },
  edit: { propose_edit: 'edit', propose_delete: 'delete', discard: 'unchanged', promote: 'unchanged' },
  delete: { propose_edit: 'edit', propose_delete: 'delete', discard: 'unchanged', promote: 'absent' },
  create: { propose_create: 'create', discard: 'absent', promote: 'unchanged' },
};

/** The name of a row's state. `undefined` stands for a row that does not exist. */
export function nameState(state: FutureState | undefined): StateName {
  if (state === undefined) return 'absent';
  const found = (Object.keys(STATES) as (keyof typeof STATES)[]).find((name) =>
    isSameState(STATES[name], state),
  );
  if (found !== undefined) return found;
  throw new CoreError('PT_CORE_TRANSITION_ILLEGAL', {
    message: `(${state.current_ind}, ${state.future_ind}, ${state.future_action}) is no legal row state. Re-index the file`,
    details: { state: `${state.current_ind},${state.future_ind},${state.future_action}`, event: 'read' },
  });
}

/**
 * The state after an event; `undefined` when the row no longer exists.
 *
 * @throws CoreError PT_CORE_TRANSITION_ILLEGAL for any move outside {@link FUTURE_TRANSITIONS}
 */
export function nextState(state: FutureState | undefined, event: FutureEvent): FutureState | undefined {
  const from = nameState(state);
  const to = FUTURE_TRANSITIONS[from][event];
  if (to === undefined) {
    throw new CoreError('PT_CORE_TRANSITION_ILLEGAL', {
      message: `A row in state "${from}" cannot take "${event}". Discard the plan or re-read the row first`,
      details: { state: from, event },
    });
  }
  return to === 'absent' ? undefined : STATES[to];
}

function isSameState(a: FutureState, b: FutureState): boolean {
  return (
    a.current_ind === b.current_ind && a.future_ind === b.future_ind && a.future_action === b.future_action
  );
}
