import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoreError, formatKey, isKey, type KeyParts, parseKey, pathOfKey } from '../src/index.js';

const segment = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });
const pathSegment = fc
  .stringMatching(/^[A-Za-z0-9_.~ -]{1,10}$/)
  .filter((text) => text !== '.' && text !== '..');
const parts = fc.record(
  {
    path: fc.array(pathSegment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
    container: fc.array(segment, { maxLength: 3 }),
    name: segment,
    discriminator: segment,
  },
  { requiredKeys: ['path', 'container', 'name'] },
);

describe('ISGL1 keys', () => {
  it('parses every formatted key back to the same parts', () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(parseKey(formatKey(given as KeyParts))).toEqual(given);
      }),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  it('formats every parsed key back to the same text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '-', '.', '~', '%', '2', 'D', '_', '/'), maxLength: 14 }),
        (text) => {
          if (isKey(text)) expect(formatKey(parseKey(text))).toBe(text);
        },
      ),
      { seed: 20261121, numRuns: 5000 },
    );
  });

  it('keeps the seed form readable', () => {
    expect(formatKey({ path: 'src/lib.rs', container: [], name: 'parse_cfg' })).toBe(
      'src/lib.rs-_-parse_cfg',
    );
    expect(formatKey({ path: 'my-crate/src/a.rs', container: ['tests', 'Display@Dir'], name: 'fmt' })).toBe(
      'my-crate/src/a.rs-tests.Display@Dir-fmt',
    );
    expect(formatKey({ path: 'a.rs', container: ['Fn(A)->B'], name: 'call' })).toBe('a.rs-Fn(A)%2D>B-call');
  });

  it('reads a path with dashes from the right', () => {
    const key = formatKey({
      path: 'a-b/c-d.rs',
      container: ['Parser'],
      name: 'new',
      discriminator: 'cfg(unix)',
    });
    expect(pathOfKey(key)).toBe('a-b/c-d.rs');
    expect(parseKey(key)).toEqual({
      path: 'a-b/c-d.rs',
      container: ['Parser'],
      name: 'new',
      discriminator: 'cfg(unix)',
    });
  });

  it.each([
    '',
    'src/lib.rs',
    'src/lib.rs-new',
    '/abs.rs-_-x',
    '../up.rs-_-x',
    'a.rs--x',
    'a.rs-_-',
    'a.rs-_-x~',
  ])('refuses %j with what a key looks like', (text) => {
    expect(() => parseKey(text)).toThrow(/not an ISGL1 key\. Expected <path>-<container>-<name>/);
  });

  it('refuses paths that leave the repository', () => {
    for (const path of ['/etc/passwd', 'a/../../b', 'C:/x', 'a\\b', '']) {
      const error = catchError(() => formatKey({ path, container: [], name: 'x' }));
      expect(CoreError.isInstance(error) && error.code).toBe('PT_CORE_KEY_PART_INVALID');
    }
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
