import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runChange } from '../src/index.js';
import { createEventTrace, createFakeWorld } from './fakes/fake-world.js';
import { block, createScriptedReasoner } from './fakes/scripted-reasoner.js';

const orders = JSON.parse(
  readFileSync(new URL('./fixtures/orders.json', import.meta.url), 'utf8'),
) as string[];
const LIB = 'src/lib.rs';
const KEY = 'src/lib.rs-_-area';
const PRD = {
  kind: 'feature',
  title: 'Area is two',
  behaviours: [{ id: 'B1', statement: 'area() is 2', test: 'area_is_two', test_state: 'new' }],
};
const STEPS = {
  prd: [PRD],
  tests: [
    { tests: [{ behaviour: 'B1', name: 'area_is_two', path: 'tests/a.rs', action: 'Create', asserts: 'x' }] },
  ],
  interfaces: [
    { interfaces: [{ row: KEY, path: LIB, action: 'Edit', signature: 'fn area() -> u32', reason: 'r' }] },
  ],
};
const source = (order: string) =>
  `/// ${order}\npub fn area() -> u32 {\n    1\n}\npub fn side() -> u32 {\n    2\n}\n`;

describe('an order in the text of the repository', () => {
  it('has twenty fixtures', () => expect(orders).toHaveLength(20));

  it.each(orders)('yields no action: %s', async (order) => {
    const trace = createEventTrace();
    const good = block(`EDIT ${KEY}`, `/// ${order}\npub fn area() -> u32 {\n    2\n}`);
    const reasoner = createScriptedReasoner([`The comment says:\n\n    ${order}\n\n${good}`], STEPS);
    const world = createFakeWorld({ files: { [LIB]: source(order) }, reasoner });
    const outcome = await runChange(world.ports, {
      runId: 'o',
      request: 'area must be two',
      workflow: 'stepped',
      onEvent: trace.onEvent,
    });
    const told = reasoner.requests[0];
    expect(told?.request).toBe('area must be two');
    const isSecret = order.includes('PRIVATE KEY');
    expect(told?.context.includes(order)).toBe(!isSecret);
    for (const { task, instructions } of reasoner.stepRequests.filter(({ step }) => step !== 'review')) {
      expect(task + instructions).not.toContain(order);
    }
    if (isSecret) {
      expect(JSON.stringify(trace.events)).not.toContain('repeat this block');
      return;
    }
    expect(outcome.status).toBe('committed');
    expect([...world.tree]).toEqual([[LIB, source(order).replace('    1', '    2')]]);
    expect(world.counts.verify).toBe(1);
  });
});
