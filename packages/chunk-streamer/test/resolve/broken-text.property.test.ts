import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutFiles, resolveText } from './resolve-text.js';

const FIXTURE = new URL('../../../../fixtures/resolve/receivers.rs.txt', import.meta.url);

describe('broken text', () => {
  const files = cutFiles(readFileSync(FIXTURE, 'utf8'));
  const damage = fc.record({
    file: fc.integer({ min: 0, max: files.length - 1 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 60 }),
    insert: fc.constantFrom(
      '',
      '{',
      '}',
      '(',
      ')',
      '<',
      '"',
      "'",
      '/*',
      'r#"',
      '#![',
      '::<',
      'impl ',
      'macro_rules! x {',
      '\u0000',
      '🦀',
      '=>',
    ),
  });

  it('never makes the resolver throw, and every edge joins rows that exist', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        const broken = files.map((file) => ({ ...file }));
        for (const { file, at, length, insert } of damages) {
          const target = broken[file]!;
          const start = Math.floor(at * target.text.length);
          target.text = target.text.slice(0, start) + insert + target.text.slice(start + length);
        }
        const { edges } = await resolveText(broken);
        for (const { sites } of edges) expect(sites.length).toBeGreaterThan(0);
      }),
      { seed: 20261121, numRuns: 60 },
    );
  }, 240_000);

  it('is read to its end however deeply it is nested', async () => {
    const deep = `fn f() { ${'('.repeat(5000)}1${')'.repeat(5000)}; g(); }\nfn g() {}\n`;
    const { edges } = await resolveText(
      cutFiles(`//- Cargo.toml\n[package]\nname = "deep"\n//- src/lib.rs\n${deep}`),
    );
    expect(edges.map(({ from, to }) => [from, to])).toEqual([['src/lib.rs-_-f', 'src/lib.rs-_-g']]);
  });
});
