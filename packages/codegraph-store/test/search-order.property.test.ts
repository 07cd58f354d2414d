import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { makeDirectory, makeFile, makeRecords } from './graph-fixture.js';

it('cuts a ranking anywhere without changing what stands before the cut', async () => {
  using directory = makeDirectory();
  await using store = await openStore({ dir: directory.path });
  const words = ['parse', 'read', 'token', 'span', 'emit'];
  const [texts = []] = fc.sample(
    fc.array(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }), {
      minLength: 60,
      maxLength: 60,
    }),
    { numRuns: 1, seed: 20_260_102 },
  );
  const items = texts.map((text, i) => ({
    name: `item${i}`,
    code: `fn item${i}() { ${text.join(' ')} ${i} }`,
  }));
  await store.ingest(
    makeRecords([makeFile('src/a.rs', items.slice(0, 30)), makeFile('src/b.rs', items.slice(30))]),
  );
  const keys = async (limit: number, offset = 0) =>
    (await store.search('parse token', { limit, offset, tokenBudget: 1e9 })).hits.map((hit) => hit.key);
  const whole = await keys(100);
  expect(whole.length).toBeGreaterThan(20);
  for (const limit of [1, 3, 10]) expect(await keys(limit)).toEqual(whole.slice(0, limit));
  expect(await keys(5, 7)).toEqual(whole.slice(7, 12));
});
