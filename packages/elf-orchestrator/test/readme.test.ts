import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../tools/build/run-readme.js';

it('runs the example of the README as it is printed', () => {
  const { expected, printed } = runReadmeExample(new URL('../README.md', import.meta.url));
  expect(expected.length).toBeGreaterThan(0);
  expect(printed).toEqual(expected);
});
