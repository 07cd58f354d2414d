import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { assembleFile, ChunkSchema, parseKey } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { chunkFixture, FIXTURE_CASES, fixturePath, fixtureText } from '../../support/read-fixture.js';
import { renderChunks } from '../../support/render-rows.js';

// UPDATE_GOLDEN=1 writes the expected files anew; the difference is reviewed like code.
const isUpdate = process.env.UPDATE_GOLDEN === '1';

function expectGolden(file: string, actual: string): void {
  if (isUpdate) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  expect(actual).toBe(readFileSync(file, 'utf8'));
}

describe.each(FIXTURE_CASES)('fixture %s', (name) => {
  it('gives the expected rows', async () => {
    const chunks = await chunkFixture(name);
    const text = [...chunks.values()].map(renderChunks).join('\n');
    expectGolden(fixturePath(name, 'expected', 'rows.txt'), text);
  });

  it('assembles to its text, byte for byte', async () => {
    for (const [path, { rows }] of await chunkFixture(name)) {
      const { text, spans } = assembleFile(rows);
      expect(text).toBe(fixtureText(name, path));
      for (const row of rows) expect(spans.get(row.isgl1_key)).toEqual(row.span);
    }
  });

  it('gives rows that keep the contract, with keys that parse and are unique', async () => {
    const keys = new Set<string>();
    for (const [path, { rows }] of await chunkFixture(name)) {
      for (const row of rows) {
        expect(ChunkSchema.parse(row)).toEqual(row);
        expect(parseKey(row.isgl1_key).path).toBe(path);
        expect(keys).not.toContain(row.isgl1_key);
        keys.add(row.isgl1_key);
      }
    }
  });
});
