import { expect, it } from 'vitest';
import { createTextReasoner } from '../../src/index.js';
import { createRequest } from '../fakes/requests.js';
import { block, USAGE } from '../fakes/scripted-reasoner.js';

const KEY = 'src/lib.rs-_-area';
const WHOLE = block(`EDIT ${KEY}`, 'pub fn area() -> u32 {\n    2\n}');
const SEARCH = block(`EDIT ${KEY}`, '<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE');
const DIFF = `EDIT ${KEY}\n\`\`\`diff\n@@\n-1\n+2\n\`\`\`\n`;

const ask = (locality: 'local' | 'remote', text: string) =>
  createTextReasoner({
    id: 'x',
    locality,
    complete: () => Promise.resolve({ text, usage: USAGE, finish: 'complete' }),
  }).propose(createRequest(), {});

it.each([
  ['whole items', WHOLE, 1],
  ['search blocks', SEARCH, 0],
  ['a diff', DIFF, 0],
])('takes %s as a small model can write them, and as a large one may', async (_name, text, fromLocal) => {
  const local = await ask('local', text);
  expect(local.edits).toHaveLength(fromLocal);
  expect(local.problems.join()).toBe(
    fromLocal === 1 ? '' : 'Write whole items: no SEARCH/REPLACE blocks, no diff',
  );
  expect((await ask('remote', text)).edits).toHaveLength(1);
});
