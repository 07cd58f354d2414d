import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../tools/build/run-readme.js';

const README = new URL('../README.md', import.meta.url);

it('prints what its README says', () => {
  const expected = /It prints\n\n```text\n([^]*?)```/.exec(readFileSync(README, 'utf8'))?.[1] ?? '';
  const { printed } = runReadmeExample(README);
  expect(`${printed.join('\n')}\n`).toBe(expected);
});
