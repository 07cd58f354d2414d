import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../src/create-program.js';
import { completeLine } from '../src/repl/complete-line.js';
import { splitLine } from '../src/repl/split-line.js';
import { runVerb } from './support/run-verb.js';
import { createContext } from './support/screen.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';
import { hasTmux, openScreen } from './support/tmux.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const LONG_MS = 180_000;
let repository: TestRepository;
let home: string;

beforeAll(() => {
  repository = createRepository();
  home = join(dirname(repository.root), 'home');
  mkdirSync(home);
});
afterAll(async () => {
  await runVerb(repository, ['daemon', 'stop']);
  repository.remove();
});

const env = () => ({ ...repository.env, XDG_CONFIG_HOME: home, TERM: 'xterm-256color' });
const open = (args: string[] = [], options: { columns?: number; cwd?: string; term?: string } = {}) =>
  openScreen([process.execPath, MAIN, ...args], {
    cwd: options.cwd ?? repository.root,
    env: env(),
    ...(options.columns === undefined ? {} : { columns: options.columns }),
  });

describe('a line at the prompt', () => {
  it.each([
    ['search  parse config ', ['search', 'parse', 'config']],
    [`change "two words" --exec 'a b' c\\ d`, ['change', 'two words', '--exec', 'a b', 'c d']],
    ['', []],
    [`x ""`, ['x', '']],
  ])('%s is cut like a shell would', (line, words) => {
    expect(splitLine(line)).toEqual(words);
  });

  it('completes verbs, options, fixed arguments, then keys', async () => {
    const program = createProgram(createContext().context, { run: () => async () => undefined });
    const keys = async (prefix: string) => [`${prefix}key`];
    expect((await completeLine('se', program, keys))[0]).toEqual(['search']);
    expect((await completeLine('search --bud', program, keys))[0]).toEqual(['--budget']);
    expect((await completeLine('runs re', program, keys))[0]).toEqual(['resume']);
    expect(await completeLine('show src/', program, keys)).toEqual([['src/key'], 'src/']);
  });
});

describe.runIf(hasTmux())('the prompt on a real terminal', () => {
  it(
    'runs every command, completes keys by Tab, remembers its history and leaves by Ctrl-D',
    async () => {
      using screen = open();
      await screen.waitFor(/parseltongue>/);
      screen.type('index', 'Enter');
      await screen.waitFor(/Ledger: 2 seen/);
      screen.type('index', 'Enter');
      await screen.waitFor(/Nothing changed in 2 files/);
      screen.type('show shapes/src/l', 'Tab');
      await screen.waitFor(/show shapes\/src\/lib\.rs-/);
      screen.type('Rect-sq', 'Tab');
      await screen.waitFor(/show shapes\/src\/lib\.rs-Rect-square/);
      screen.type(' --no-body', 'Enter');
      await screen.waitFor(/pub fn square\(side: u32\) -> Self/);
      screen.type('serach x', 'Enter');
      await screen.waitFor(/Did you mean search\?[^]*status 2/);
      screen.type('C-d');
      await screen.waitFor(/Ended with status 0/);
      using again = open();
      await again.waitFor(/parseltongue>/);
      again.type('Up', 'Up');
      await again.waitFor(/parseltongue> show shapes\/src\/lib\.rs-Rect-square --no-body/);
    },
    LONG_MS,
  );

  it(
    'leaves by a Ctrl-D that is pressed while a command still runs',
    async () => {
      using screen = open();
      await screen.waitFor(/parseltongue>/);
      screen.type('index', 'Enter', 'C-d');
      await screen.waitFor(/Ledger: 2 seen[^]*Ended with status 0/);
    },
    LONG_MS,
  );

  it(
    'shows the stages while a run goes on; Ctrl-C pauses it and it can be resumed',
    async () => {
      repository.write(
        'report/src/lib.rs',
        'pub fn describe(sides: &[u32]) -> usize {\n    let mut n = sides.len();\n    n\n}\n',
      );
      using screen = open();
      await screen.waitFor(/parseltongue>/);
      screen.type('fix --dry-run', 'Enter');
      await screen.waitFor(/[▸✓]propose/);
      screen.type('C-c');
      await screen.waitFor(/paused|Interrupted/);
      await screen.waitFor(/parseltongue> *$/);
      screen.type('runs', 'Enter');
      const text = await screen.waitFor(/fix-\d+T\d+-[0-9a-f]+ +(paused|open)/);
      const id = /fix-\d+T\d+-[0-9a-f]+/.exec(text)?.[0] ?? '';
      screen.type(`runs resume ${id}`, 'Enter');
      await screen.waitFor(/Run fix-\S+: verified/);
      repository.git('checkout', '--quiet', '--', '.');
    },
    LONG_MS,
  );

  it(
    'asks for the path of a repository when there is none here',
    async () => {
      using screen = open(['--no-daemon'], { cwd: home, columns: 60 });
      await screen.waitFor(/Path of yours:/);
      screen.type(repository.root, 'Enter');
      await screen.waitFor(/parseltongue> *$/);
      screen.type('status', 'Enter');
      await screen.waitFor(/rows by kind|not indexed/);
    },
    LONG_MS,
  );
});
