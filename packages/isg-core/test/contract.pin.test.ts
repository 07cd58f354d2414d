import { describe, expect, it } from 'vitest';
import * as core from '../src/index.js';
import {
  BLOCKING_GATES,
  CoreError,
  decideVerdict,
  FUTURE_TRANSITIONS,
  type GateId,
  type GateReceipt,
  nextState,
  ParseltongueError,
  RowSchema,
  TASK_TRANSITIONS,
  type Verdict,
} from '../src/index.js';

describe('the public surface of isg-core', () => {
  it('exports exactly these values', () => {
    expect(Object.keys(core).sort()).toMatchSnapshot();
  });

  it('has the ten seed columns in every row and refuses unknown ones', () => {
    const columns = Object.keys(RowSchema.shape);
    for (const column of [
      'isgl1_key',
      'current_code',
      'interface_signature',
      'tdd_classification',
      'current_ind',
      'future_ind',
      'future_action',
      'future_code',
      'lsp_meta_data',
      'llm_summary',
    ]) {
      expect(columns).toContain(column);
    }
    expect(
      RowSchema.safeParse({ surprise: 1 }).error?.issues.some((issue) => issue.code === 'unrecognized_keys'),
    ).toBe(true);
  });

  it('has nine legal task moves', () => {
    expect(Object.values(TASK_TRANSITIONS).flat()).toHaveLength(9);
  });
});

describe('future transitions', () => {
  it('walks create, edit and delete through promote and discard', () => {
    const created = nextState(undefined, 'propose_create');
    expect(created).toEqual({ current_ind: 0, future_ind: 1, future_action: 'Create' });
    expect(nextState(created, 'discard')).toBeUndefined();
    const unchanged = nextState(created, 'promote');
    expect(unchanged).toEqual({ current_ind: 1, future_ind: 1, future_action: 'None' });
    const deleted = nextState(unchanged, 'propose_delete');
    expect(deleted).toEqual({ current_ind: 1, future_ind: 0, future_action: 'Delete' });
    expect(nextState(deleted, 'promote')).toBeUndefined();
    expect(nextState(nextState(unchanged, 'propose_edit'), 'discard')).toEqual(unchanged);
  });

  it('refuses every move that is not in the table', () => {
    expect(() => nextState(undefined, 'promote')).toThrow(/"absent" cannot take "promote"/);
    expect(() =>
      nextState({ current_ind: 0, future_ind: 1, future_action: 'Create' }, 'propose_delete'),
    ).toThrow(CoreError);
    expect(() => nextState({ current_ind: 0, future_ind: 0, future_action: 'None' }, 'discard')).toThrow(
      /no legal row state/,
    );
    expect(Object.values(FUTURE_TRANSITIONS).flatMap((moves) => Object.keys(moves))).toHaveLength(16);
  });
});

describe('decideVerdict', () => {
  const receipt = (gate: GateId, verdict: Verdict) => ({ gate, verdict }) as GateReceipt;
  const allPassed = BLOCKING_GATES.map((gate) => receipt(gate, 'passed'));

  it('passes only when every blocking gate passed, whatever the analyzer says short of no', () => {
    expect(decideVerdict(allPassed)).toBe('passed');
    expect(decideVerdict([...allPassed, receipt('T2', 'not_run')])).toBe('passed');
    expect(decideVerdict([...allPassed, receipt('T2', 'failed')])).toBe('failed');
  });

  it.each(BLOCKING_GATES)('does not pass without %s', (gate) => {
    const others = allPassed.filter((entry) => entry.gate !== gate);
    expect(decideVerdict(others)).toBe('not_run');
    expect(decideVerdict([...others, receipt(gate, 'inconclusive')])).toBe('inconclusive');
    expect(decideVerdict([...others, receipt(gate, 'failed')])).toBe('failed');
  });
});

describe('ParseltongueError', () => {
  it('is recognized by its marker, not by its class', () => {
    const error = new CoreError('PT_CORE_KEY_MALFORMED', {
      message: 'x',
      details: { key: 'x' },
      cause: new Error('why'),
    });
    expect(ParseltongueError.isInstance(error)).toBe(true);
    expect(ParseltongueError.isInstance({ [Symbol.for('parseltongue.error')]: true })).toBe(true);
    expect(ParseltongueError.isInstance(new Error('x'))).toBe(false);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'PT_CORE_KEY_MALFORMED',
      message: 'x',
      details: { key: 'x' },
      retryable: false,
    });
  });
});
