import { describe, expect, it } from 'vitest';
import { runReadmeExample } from '../../../tools/build/run-readme.js';

describe('README', () => {
  it('shows an example that runs and prints what it says', () => {
    const { printed, expected } = runReadmeExample(new URL('../README.md', import.meta.url));
    expect(printed).toEqual(expected);
  });
});
