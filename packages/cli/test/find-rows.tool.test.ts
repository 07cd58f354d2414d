import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../src/compose.js';
import { createContext } from './support/screen.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const FILE = 'shapes/src/lexer.rs';
let repository: TestRepository;
let workspace: Workspace;

beforeAll(async () => {
  repository = createRepository();
  repository.write(
    FILE,
    `pub struct Lexer<'a> { text: &'a str }
impl<'a> Lexer<'a> {
    pub fn advance(&mut self) -> Option<&'a str> { None }
    pub fn area(&self) -> u32 { 0 }
}
`,
  );
  const { context } = createContext({ cwd: repository.root, env: repository.env });
  const globals = { cwd: repository.root, analyzer: false, confine: false, allowNetwork: false };
  workspace = await openWorkspace({ context, globals, onProgress: () => undefined });
  await workspace.index({});
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  repository.remove();
});

describe('what a person writes for a row', () => {
  it.each([
    ['its key', `${FILE}-Lexer<'a>-advance`],
    ['its key without generics, which a shell would have to quote', `${FILE}-Lexer-advance`],
    ['a name only one row has', 'advance'],
    ['type and name', 'Lexer::advance'],
  ])('may be %s', async (_what, text) => {
    expect(await workspace.findRows([text])).toEqual([`${FILE}-Lexer<'a>-advance`]);
  });

  it('is a file by its path', async () => {
    expect(await workspace.findRows([FILE])).toEqual([`${FILE}-_-_`]);
  });

  it('is a type by its name alone, not one of its impls', async () => {
    expect(await workspace.findRows(['Lexer'])).toEqual([`${FILE}-_-Lexer`]);
  });

  it('is refused with the keys to choose from when several rows fit', async () => {
    await expect(workspace.findRows(['area'])).rejects.toThrow(
      /"area" fits 3 rows, give one of their keys: .*Lexer<'a>-area/,
    );
    expect(await workspace.findRows(['Lexer::area'])).toEqual([`${FILE}-Lexer<'a>-area`]);
    expect(await workspace.findRows(['Rect::area'])).toEqual(['shapes/src/lib.rs-Area@Rect-area']);
  });

  it.each(['advanse', `${FILE}-Lexer-advanse`, '', '::', '<<', 'no such thing', '-_-'])(
    'is refused when nothing fits: "%s"',
    async (text) => {
      await expect(workspace.findRows([text])).rejects.toThrow(/^No row "/);
    },
  );
});
