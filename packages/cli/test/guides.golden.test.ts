import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/create-program.js';
import { createContext } from './support/screen.js';
import { writeToolGuide, writeVerbGuide } from './support/write-guides.js';

const guide = (name: string): URL => new URL(`../../../docs/guides/${name}`, import.meta.url);
const program = createProgram(createContext().context, { run: () => async () => undefined });

describe('the guides', () => {
  it.each([
    ['verbs.md', () => writeVerbGuide(program)],
    ['mcp-tools.md', () => writeToolGuide()],
  ])('%s says what the program says', (name, write) => {
    const file = guide(name);
    const text = write();
    if (process.env.UPDATE_GOLDEN === '1' || !existsSync(file)) writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('name every verb in the README', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const hidden = ['hook', 'completion'];
    for (const { name } of program.commands.map((command) => ({ name: command.name() })))
      if (!hidden.includes(name)) expect([name, readme.includes(`\`${name}`)]).toEqual([name, true]);
  });
});
