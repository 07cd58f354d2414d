import { describe, expect, it } from 'vitest';
import { findStaleSteps, formatPrd, type Prd, PrdSchema } from '../../src/index.js';

const prd: Prd = {
  schema_version: 'pt.prd/1',
  version: 1,
  request: 'area must be two',
  kind: 'feature',
  title: 'Area is two',
  behaviours: [
    { id: 'B1', statement: 'area is 2', test: 'area_is_two', test_state: 'new' },
    { id: 'B2', statement: 'side stays', test: 'side_is_two', test_state: 'existing' },
  ],
  out_of_scope: ['perimeter'],
  acceptance: [],
};
const [first, second] = prd.behaviours as [Prd['behaviours'][number], Prd['behaviours'][number]];

describe('a micro-PRD', () => {
  it.each<[string, Partial<Prd>, string[]]>([
    ['nothing', {}, []],
    ['its version alone', { version: 9 }, []],
    ['its title', { title: 'Another' }, ['plan']],
    ['the test of a behaviour', { behaviours: [{ ...first, test: 'two' }, second] }, ['tests', 'plan']],
    ['an acceptance file', { acceptance: [{ path: 'tests/a.rs', text: 'x' }] }, ['tests', 'plan']],
    ['the scope', { out_of_scope: [] }, ['interfaces', 'plan']],
    [
      'a statement',
      { behaviours: [{ ...first, statement: 'area is 3' }, second] },
      ['tests', 'interfaces', 'plan'],
    ],
  ])('that changes %s makes stale exactly what rests on it', (_name, patch, stale) => {
    expect(findStaleSteps(prd, { ...prd, ...patch })).toEqual(stale);
  });

  it('maps every behaviour to a test, also for people', () => {
    expect(formatPrd(prd)).toContain('- B2 side stays (existing test `side_is_two`)');
    expect(PrdSchema.safeParse({ ...prd, behaviours: [] }).success).toBe(false);
    expect(PrdSchema.safeParse({ ...prd, behaviours: [first, { ...second, id: 'B1' }] }).success).toBe(false);
    expect(PrdSchema.safeParse({ ...prd, behaviours: [{ ...first, test: '' }] }).success).toBe(false);
  });

  it.each(['../x.rs', '/etc/x.rs', 'tests/x.toml'])('takes no acceptance file at %s', (path) => {
    expect(PrdSchema.safeParse({ ...prd, acceptance: [{ path, text: 'x' }] }).success).toBe(false);
  });
});
