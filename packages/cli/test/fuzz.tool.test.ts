import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../src/compose.js';
import { runCli } from '../src/index.js';
import { createToolHost } from '../src/mcp/tool-host.js';
import { TOOLS } from '../src/mcp/tools/index.js';
import { createContext } from './support/screen.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

// A long run is cut into parts: PARSELTONGUE_FUZZ_PART=0, 1, 2 .. try other arguments each.
const SEED = 20_261_121 + Number(process.env.PARSELTONGUE_FUZZ_PART ?? 0);
const RUNS = Number(process.env.PARSELTONGUE_FUZZ_RUNS ?? 150);
const LONG_MS = 180_000 + RUNS * 200;
let repository: TestRepository;
let workspace: Workspace;

beforeAll(async () => {
  repository = createRepository();
  const { context } = createContext({ cwd: repository.root, env: repository.env });
  const globals = { cwd: repository.root, analyzer: false, confine: false, allowNetwork: false };
  workspace = await openWorkspace({ context, globals, onProgress: () => undefined });
  await workspace.index({});
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  repository.remove();
});

const evil = fc.constantFrom(
  '../../../etc/passwd',
  '/etc/passwd',
  'shapes/../../x.rs',
  '..\\x',
  'shapes/src/lib.rs-_-total_area',
  'shapes/src/lib.rs',
  '-',
  '--',
  '',
  '\u0000',
  '\u202e',
  'a'.repeat(2000),
  '$(touch owned)',
  '`touch owned`',
  '; touch owned',
  'parseltongue://plan/../..',
);
const text = fc.oneof(evil, fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 10 }));
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 3 }),
);
const edit = fc.record(
  {
    key: text,
    path: text,
    base_hash: text,
    op: fc.constantFrom('edit', 'create', 'delete', 'rename'),
    anchor: text,
    format: fc.constantFrom('whole_item', 'search_replace', 'unified_diff'),
    body: text,
  },
  { requiredKeys: [] },
);
const names = [
  'query',
  'key',
  'keys',
  'path',
  'budget',
  'depth',
  'limit',
  'title',
  'proposal_id',
  'receipt_hash',
  'question',
  'focus',
  'direction',
];
const input = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), value),
  fc.record({ title: text, edits: fc.array(edit, { minLength: 1, maxLength: 3 }) }),
  value,
);

/** The workspace for one more verb, which must not close it. */
function borrow(owned: Workspace): Workspace {
  return new Proxy(owned, {
    get(target, name) {
      if (name === Symbol.asyncDispose) return async () => undefined;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(target) : member;
    },
  });
}

describe('arguments nobody meant', () => {
  it(
    'of tools end in an answer or a coded error, and write nothing outside',
    async () => {
      const host = createToolHost(() => Promise.resolve(workspace));
      const signal = new AbortController().signal;
      const outside = () =>
        readdirSync(dirname(repository.root))
          .filter((name) => name !== 'cache')
          .sort();
      const before = outside();
      const tools = TOOLS.map(({ name }) => name).filter((name) => name !== 'preflight');
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...tools), input, async (name, given) => {
          const { text: answer, isError } = await host.callTool(name, given, { signal });
          if (isError === true) expect(answer).toMatch(/^(PT_[A-Z_]+: |The receipt|Rolled back)/);
          expect(answer).not.toMatch(/root:x:0|at .*\.js:\d+/);
        }),
        { seed: SEED, numRuns: RUNS },
      );
      expect(outside()).toEqual(before);
      expect(repository.git('status', '--porcelain')).toBe('');
    },
    LONG_MS,
  );

  it(
    'of the command line end in a documented status, with a coded error',
    async () => {
      const verbs = [
        'search',
        'show',
        'impact',
        'map',
        'graph',
        'status',
        'preflight',
        'apply',
        'runs',
        'cost',
        'config',
        'completion',
        'export',
        'summarize',
        'pr',
        'models',
        'elf',
        'nonsense',
      ];
      const scratch = dirname(repository.root);
      const env = { ...repository.env, XDG_DATA_HOME: scratch, XDG_RUNTIME_DIR: scratch };
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...verbs), fc.array(text, { maxLength: 3 }), async (verb, words) => {
          const args = words.filter((word) => !/^-{1,2}(o|output|C|cwd|state-dir|http)/.test(word));
          const { screen, context } = createContext({ cwd: repository.root, env });
          const shared = borrow(workspace);
          const status = await runCli([verb, ...args], context, {
            openWorkspace: () => Promise.resolve(shared),
          });
          expect([0, 1, 2, 3, 4]).toContain(status);
          if (status > 1) expect(screen.err).toMatch(/error|PT_ELF_/);
        }),
        { seed: SEED, numRuns: RUNS },
      );
    },
    LONG_MS,
  );
});
