import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphProblem } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';

const SLOW = 120_000;

let workspace: CargoWorkspace;

beforeAll(async () => {
  workspace = await createCargoWorkspace();
});
afterAll(() => workspace[Symbol.asyncDispose]());

/** What T1 says of a proposal when the graph calls `path` an orphan without being sure. */
async function judge(path: string, files: Record<string, string>): Promise<string> {
  const orphan: GraphProblem = {
    code: 'orphan_module',
    path,
    span: { start: 0, end: 0 },
    line: 1,
    message: 'no crate declares this file as a module',
    key: null,
    certain: false,
  };
  await using preflight = await workspace.open({ problems: [orphan] });
  const report = await preflight.verify(await workspace.propose(files), { gates: ['T1'] });
  return report.receipts[0]?.verdict ?? 'none';
}

describe('files no mod item reaches', () => {
  const text = 'pub fn more() -> u32 {\n    1\n}\n';

  it('block below src, where cargo would say nothing', { timeout: SLOW }, async () => {
    expect(await judge('shop/src/more.rs', { 'shop/src/more.rs': text })).toBe('failed');
  });

  it('pass when a source includes them by name', { timeout: SLOW }, async () => {
    const lib = `${workspace.read('till/src/lib.rs')}\npub fn seven() -> u32 {\n    include!("more.rs")\n}\n`;
    expect(await judge('till/src/more.rs', { 'till/src/more.rs': '7\n', 'till/src/lib.rs': lib })).toBe(
      'passed',
    );
  });

  it('pass outside src, where they are data of tests', { timeout: SLOW }, async () => {
    const path = 'till/tests/ui/case.rs';
    expect(await judge(path, { [path]: text })).toBe('passed');
  });
});
