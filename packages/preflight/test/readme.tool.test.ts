import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as preflightModule from '../src/index.js';
import { createCargoWorkspace } from './support/cargo-workspace.js';
import { createAnalyzer } from './support/memory-graph.js';

const LIB = 'shop/src/lib.rs';

/** The example of the README as a function of what it takes for granted. */
function compileExample(): (...given: unknown[]) => Promise<void> {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const body = example
    .replace(/^import .*\n/m, '')
    .replace('await using preflight', 'const preflight')
    .concat('\nawait preflight[Symbol.asyncDispose]();');
  const names = ['openPreflight', 'root', 'stateDir', 'chunker', 'analyzer', 'graph', 'proposal', 'log'];
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...parts: string[]
  ) => (...given: unknown[]) => Promise<void>;
  return new AsyncFunction(...names, body);
}

describe('the example of the README', () => {
  it('verifies, applies and commits a proposal', { timeout: 120_000 }, async () => {
    await using workspace = await createCargoWorkspace();
    const { root, stateDir, chunker, graph } = workspace;
    const text = workspace.read(LIB).replace('price / 10', 'price * 10 / 100');
    const proposal = await workspace.propose({ [LIB]: text });
    const said: unknown[][] = [];
    const log = (...words: unknown[]): number => said.push(words);
    const { openPreflight } = preflightModule;
    await compileExample()(openPreflight, root, stateDir, chunker, createAnalyzer(), graph, proposal, log);
    expect(said.at(-1)).toEqual(['T5', 'passed']);
    expect(workspace.read(LIB)).toBe(text);
    expect(workspace.git('log', '-1', '--format=%B')).toContain('run-1');
  });
});
