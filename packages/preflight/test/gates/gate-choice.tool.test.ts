import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphProblem, RunGatesOptions } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace, SHOP_FILES } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SHOP = SHOP_FILES[LIB] ?? '';
const SLOW = 120_000;

const PROBLEM: GraphProblem = {
  code: 'unresolved_path',
  path: LIB,
  span: { start: 0, end: 1 },
  line: 1,
  message: 'crate::nothing is not there',
  key: null,
  certain: true,
};

let workspace: CargoWorkspace;

beforeAll(async () => {
  workspace = await createCargoWorkspace();
});
afterAll(() => workspace[Symbol.asyncDispose]());

async function verify(
  text: string,
  options: RunGatesOptions & { problems?: readonly GraphProblem[] },
): Promise<string[]> {
  const { problems = [], ...rest } = options;
  await using preflight = await workspace.open({ problems });
  const report = await preflight.verify(await workspace.propose({ [LIB]: text }), rest);
  return report.receipts.map((receipt) => {
    const found = receipt.new_diagnostics.map(
      (diagnostic) => ` ${diagnostic.level}:${diagnostic.code ?? ''}`,
    );
    return `${receipt.gate} ${receipt.verdict}${found.join('')}`;
  });
}

describe('the choice of gates', () => {
  const harmless = SHOP.replace('//! Prices.', '//! All prices.');

  it('blocks on a certain problem of the graph and shows an uncertain one', { timeout: SLOW }, async () => {
    const gates = ['T0', 'T1'] as const;
    expect(await verify(harmless, { gates, problems: [PROBLEM] })).toEqual([
      'T0 passed',
      'T1 failed error:unresolved_path',
    ]);
    const unsure = { ...PROBLEM, certain: false };
    expect(await verify(harmless, { gates, problems: [unsure] })).toEqual([
      'T0 passed',
      'T1 passed warning:unresolved_path',
    ]);
  });

  it('blocks where code the proposal leaves alone loses a name, and nothing new may define it', {
    timeout: SLOW,
  }, async () => {
    const path = 'till/src/lib.rs';
    const { rows } = await workspace.chunker.chunkFile({ path, text: workspace.read(path) });
    const row = rows.at(-1);
    const lost = {
      ...PROBLEM,
      path,
      key: row?.isgl1_key ?? null,
      span: row?.span ?? PROBLEM.span,
      certain: false,
    };
    const gates = ['T1'] as const;
    expect(await verify(harmless, { gates, problems: [lost] })).toEqual(['T1 failed error:unresolved_path']);
    const bringing = `${harmless}\npub use std::collections::*;\n`;
    expect(await verify(bringing, { gates, problems: [lost] })).toEqual([
      'T1 passed warning:unresolved_path',
    ]);
    const ofTypes = { ...lost, code: 'unresolved_method' };
    expect(await verify(harmless, { gates, problems: [ofTypes] })).toEqual([
      'T1 passed warning:unresolved_method',
    ]);
  });

  it('blocks on a file no module declares before anything is built', { timeout: SLOW }, async () => {
    const orphan = { ...PROBLEM, code: 'orphan_module' };
    expect(await verify(harmless, { problems: [orphan] })).toEqual([
      'T0 passed',
      'T1 failed error:orphan_module',
    ]);
  });

  it('goes on after a failure on request', { timeout: SLOW }, async () => {
    const broken = SHOP.replace('price - price / 10', 'price - ;');
    const verdicts = await verify(broken, { stopAtFirst: false, gates: ['T0', 'T2', 'T3'] });
    expect(verdicts.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'T0 failed',
      'T2 not_run',
      'T3 failed',
    ]);
  });

  it('blocks on an attribute with nothing behind it', { timeout: SLOW }, async () => {
    const [line] = await verify(`${harmless}\n#[inline]\n`, { gates: ['T0'] });
    expect(line).toMatch(/^T0 failed error/);
  });

  it('accepts valid Rust that a grammar may reject', { timeout: SLOW }, async () => {
    const text = harmless.replace('pub const NOTE', 'unsafe extern "C" {}\n\npub const NOTE');
    expect(await verify(text, { gates: ['T0'] })).toEqual(['T0 passed warning:syntax']);
  });

  it('stops with the reason of an abort and can be asked again', { timeout: SLOW }, async () => {
    const stop = new AbortController();
    await using preflight = await workspace.open();
    const proposal = await workspace.propose({ [LIB]: harmless });
    const onReceipt = (receipt: { gate: string }): void => {
      if (receipt.gate === 'T1') stop.abort(new Error('enough'));
    };
    await expect(preflight.verify(proposal, { signal: stop.signal, onReceipt })).rejects.toThrow('enough');
    const report = await preflight.verify(proposal, { gates: ['T3'] });
    expect(report.receipts[0]?.verdict).toBe('passed');
  });

  it('shows builds and tests the variables they are named and no other', { timeout: SLOW }, async () => {
    const test =
      '    #[test]\n    fn sees_little() {\n        assert!(option_env!("TOKEN").is_none());\n        assert!(std::env::var("TOKEN").is_err());\n        assert_eq!(std::env::var("STAGE").unwrap(), "dev");\n    }\n\n    #[test]\n    #[ignore]\n';
    await using preflight = await workspace.open({
      env: { ...process.env, TOKEN: 'secret', STAGE: 'dev' },
      passEnv: ['STAGE'],
    });
    const proposal = await workspace.propose({ [LIB]: SHOP.replace('    #[test]\n    #[ignore]\n', test) });
    const report = await preflight.verify(proposal);
    expect(report.receipts.at(-1)).toMatchObject({ gate: 'T5', verdict: 'passed' });
    expect(JSON.stringify(report)).not.toContain('secret');
  });

  it('does not pass what it judged while the repository changed', { timeout: SLOW }, async () => {
    const write = (path: string, text: string): void => {
      workspace.write(path, text);
    };
    const proposal = await workspace.propose({ [LIB]: harmless });
    const { chunker } = workspace;
    const opened = {
      T0: await workspace.open({
        chunker: {
          chunkFile: (input) => {
            write(LIB, `${SHOP}// written meanwhile\n`);
            return chunker.chunkFile(input);
          },
        },
      }),
      T1: await workspace.open({
        analyzer: {
          analyze: () => {
            write('till/src/new.rs', '// written meanwhile\n');
            return Promise.resolve({ problems: [] });
          },
        },
      }),
    };
    for (const gate of ['T1', 'T0'] as const) {
      const report = await opened[gate].verify(proposal, { gates: [gate] });
      await opened[gate][Symbol.asyncDispose]();
      expect(report.receipts[0]).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringContaining('changed while the gate ran'),
      });
    }
    write(LIB, SHOP);
    rmSync(join(workspace.root, 'till/src/new.rs'));
  });
});
