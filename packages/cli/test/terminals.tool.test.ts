import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';
import { hasTmux, openScreen, type Screen } from './support/tmux.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const LONG_MS = 180_000;
const ESCAPE = '\u001b';
const FIX = ['fix', '--dry-run', '--no-clippy'];
let repository: TestRepository;
let home: string;

beforeAll(async () => {
  repository = createRepository();
  home = join(dirname(repository.root), 'home');
  mkdirSync(home);
  repository.write(
    'report/src/lib.rs',
    'pub fn describe(sides: &[u32]) -> usize {\n    let mut n = sides.len();\n    n\n}\n',
  );
  repository.git('commit', '--quiet', '--all', '--message', 'Something to repair');
  await runVerb(repository, ['index']);
});
afterAll(async () => {
  await runVerb(repository, ['daemon', 'stop']);
  repository.remove();
});

interface Terminal {
  columns: number;
  variables?: Record<string, string>;
}

function open(args: string[], { columns, variables = {} }: Terminal): Screen {
  return openScreen([process.execPath, MAIN, ...args], {
    cwd: repository.root,
    env: { ...repository.env, XDG_CONFIG_HOME: home },
    columns,
    variables,
  });
}

/** Everything a verb showed by the time it ended. */
async function show(args: string[], terminal: Terminal): Promise<{ text: string; bytes: string }> {
  using screen = open(args, terminal);
  const text = (await screen.waitFor(/Ended with status \d/)).replace(/\nPane is dead[^]*$/, '');
  return { text, bytes: screen.readBytes() };
}

/** Every board that was drawn, without colors. */
function readBoards(bytes: string): string[] {
  return bytes
    .split(`\r${ESCAPE}[2K`)
    .map((text) => stripVTControlCharacters(text).split(/[\r\n]/)[0] ?? '')
    .filter((text) => /^[✓✗▸·-]/.test(text));
}

describe.runIf(hasTmux())('a narrow terminal', () => {
  it(
    'shows the board as signs, each line whole, and the diff below each other',
    async () => {
      const { text, bytes } = await show(FIX, { columns: 40 });
      const boards = readBoards(bytes);
      expect(boards.some((board) => /^·▸propose·+ {2}[\d.]+ m?s$/.test(board))).toBe(true);
      expect(Math.max(...boards.map((board) => board.length))).toBeLessThan(40);
      expect(text).toMatch(/^- {4}let mut n = sides\.len\(\);\n\+ {4}let n = sides\.len\(\);$/m);
      expect(text).toMatch(/^T3\n {2}what: cargo check[^]*?\n {2}verdict: passed$/m);
      expect(text).not.toMatch(/[▸·]/); // the board leaves nothing behind
    },
    LONG_MS,
  );

  it(
    'keeps the branches of the tree and stacks tables that are too wide',
    async () => {
      const tree = (await show(['impact', 'Rect'], { columns: 40 })).text;
      const [key, ...branches] = tree.slice(0, tree.indexOf('\n-- ')).split('\n');
      expect(key).toBe('shapes/src/lib.rs-_-Rect');
      expect(branches.length).toBeGreaterThan(4);
      expect(branches.filter((line) => !/^[├└│ ]/.test(line))).toEqual([]);
      expect(tree).toMatch(/^ {3}├─ shapes\/src\/lib\.rs-Rect-square\n {3}│ {4}\(/m);
      const settings = (await show(['config'], { columns: 40 })).text;
      expect(settings).toMatch(/^search\.limit\n {2}value: 20\n {2}from: default\n {2}what: /m);
    },
    LONG_MS,
  );

  it(
    'takes lines at the prompt that are longer than it',
    async () => {
      using screen = open([], { columns: 40 });
      await screen.waitFor(/parseltongue> *$/);
      screen.type('show --no-body shapes/src/lib.rs-Rect-square', 'Enter');
      await screen.waitFor(/pub fn square\(side: u32\) -> Self/);
      screen.type('C-d');
      await screen.waitFor(/Ended with status 0/);
    },
    LONG_MS,
  );
});

describe.runIf(hasTmux())('a wide terminal', () => {
  it(
    'shows the names of all stages with time and memory, and the diff side by side',
    async () => {
      const { text, bytes } = await show(FIX, { columns: 200 });
      const boards = readBoards(bytes);
      expect(boards.some((board) => /^·context ▸propose ·T0 .*·commit {2}[\d.]+ m?s/.test(board))).toBe(true);
      expect(boards.some((board) => /·commit .*[▁-█]+ \d+ MiB$/.test(board))).toBe(true);
      expect(text).toMatch(/ {4}let mut n = sides\.len\(\); +│ {5}let n = sides\.len\(\);/);
      expect(text).toMatch(/^gate +what +verdict +time +facts$/m);
      expect(text).toMatch(/^T2 +analyzer +not_run +\d+ ms +No rust-analyzer was given/m);
    },
    LONG_MS,
  );
});

describe.runIf(hasTmux())('a dumb terminal', () => {
  it.each([
    ['a run', FIX],
    ['a tree', ['impact', 'Rect']],
  ])(
    'sees no escape in %s',
    async (_what, args) => {
      const { bytes } = await show(args, { columns: 80, variables: { TERM: 'dumb' } });
      expect(bytes.length).toBeGreaterThan(50);
      expect(bytes).not.toContain(ESCAPE);
      expect(bytes.replaceAll('\r\n', '')).not.toContain('\r');
    },
    LONG_MS,
  );

  it(
    'has a prompt without one as well',
    async () => {
      using screen = open([], { columns: 80, variables: { TERM: 'dumb' } });
      await screen.waitFor(/parseltongue> *$/);
      screen.type('status', 'Enter');
      await screen.waitFor(/rows by kind/);
      screen.type('exit', 'Enter');
      await screen.waitFor(/Ended with status 0/);
      expect(screen.readBytes()).not.toContain(ESCAPE);
    },
    LONG_MS,
  );
});

describe.runIf(hasTmux())('NO_COLOR', () => {
  it(
    'takes the colors and leaves the rest',
    async () => {
      const plain = await show(['show', 'Rect::square'], { columns: 80, variables: { NO_COLOR: '1' } });
      const colored = await show(['show', 'Rect::square'], { columns: 80 });
      expect(plain.bytes).not.toContain(`${ESCAPE}[`);
      expect(colored.bytes).toContain(`${ESCAPE}[1m`);
      expect(plain.text).toBe(colored.text);
    },
    LONG_MS,
  );
});
