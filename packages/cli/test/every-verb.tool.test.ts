import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../src/create-program.js';
import { runVerb } from './support/run-verb.js';
import { createContext } from './support/screen.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const KEY = 'shapes/src/lib.rs-_-total_area';
const LONG_MS = 180_000;
let repository: TestRepository;

beforeAll(async () => {
  repository = createRepository();
  await runVerb(repository, ['index']);
  repository.write('../edits.json', JSON.stringify({ title: 'Nothing', edits: [] }));
  repository.write('../run.ndjson', '');
});
afterAll(() => repository.remove());

/** A harmless call of every verb; `mcp`, `repl` and `watch` speak for as long as they run and have tests of their own. */
const CALLS: Record<string, string[]> = {
  doctor: [],
  index: [],
  status: [],
  search: ['area'],
  map: [],
  show: [KEY],
  impact: [KEY],
  graph: ['cycles'],
  summarize: [],
  fix: ['--dry-run', '--no-clippy'],
  change: ['x', '--reasoner', 'replay', '--transcript', '../run.ndjson'],
  preflight: ['../edits.json'],
  apply: ['abcdef'],
  undo: ['--preview'],
  pr: ['fix-nothing', '--forge', 'none'],
  runs: [],
  cost: [],
  export: [],
  models: ['list'],
  elf: ['status'],
  daemon: ['status'],
  config: [],
  completion: ['bash'],
  hook: ['session-start'],
};
const SPEAKING = ['mcp', 'repl', 'watch'];

describe('every verb', () => {
  it('is called here', () => {
    const program = createProgram(createContext().context, { run: () => async () => undefined });
    const verbs = program.commands.map((command) => command.name());
    expect(verbs.filter((verb) => !SPEAKING.includes(verb)).sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.each(Object.entries(CALLS).filter(([verb]) => !['completion', 'hook', 'export'].includes(verb)))(
    '%s writes one JSON document to stdout and everything else to stderr',
    async (verb, args) => {
      const { stdout, stderr } = await runVerb(repository, [verb, ...args, '--json']);
      const document = JSON.parse(stdout) as { contract?: string };
      if (!['models', 'elf'].includes(verb)) expect(document.contract).toMatch(/^pt\.cli\.[a-z-]+\/1$/);
      expect(stderr).not.toMatch(/ at .*\.js:\d+|Warning:/);
    },
    LONG_MS,
  );

  it('streams rows, scripts and facts to stdout and nothing beside them', async () => {
    const rows = await runVerb(repository, ['export']);
    const parsed = rows.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { isgl1_key: string });
    expect(parsed.map(({ isgl1_key }) => isgl1_key)).toContain(KEY);
    expect((await runVerb(repository, ['completion', 'bash'])).stdout).toMatch(/complete -o default -F/);
  });

  it('says nothing on stdout when it fails, and draws no line over and over where there is no terminal', async () => {
    for (const args of [['show', 'nonsense'], ['apply', 'abcdef'], ['nonsense'], ['search']]) {
      const { stdout, stderr } = await runVerb(repository, args, { TERM: 'dumb' });
      expect([args[0], stdout]).toEqual([args[0], '']);
      expect(stderr).toMatch(/error/);
      expect(['\u001b', '\r'].some((sign) => stderr.includes(sign))).toBe(false);
    }
    rmSync(join(repository.root, '.parseltongue'), { recursive: true });
    const { stderr } = await runVerb(repository, ['index'], { TERM: 'dumb', FORCE_COLOR: '0' });
    expect(['\u001b', '\r'].some((sign) => stderr.includes(sign))).toBe(false);
  });
});
