import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../tools/build/run-readme.js';

it('prints what its README says', () => {
  const { printed, expected } = runReadmeExample(new URL('../README.md', import.meta.url));
  expect(expected.length).toBeGreaterThan(0);
  expect(printed).toEqual(expected);
});
