import { extractFacts } from '../../extract-facts.js';
import type { RustFacts } from '../../facts.js';
import { COLLECTIONS, MAP, SET } from './collections.js';
import { CORE_TYPES } from './core-types.js';
import { INTEGER, SYSTEM } from './system.js';
import { OPERATORS, TRAITS } from './traits.js';

const INTEGERS = [
  'u8',
  'u16',
  'u32',
  'u64',
  'u128',
  'usize',
  'i8',
  'i16',
  'i32',
  'i64',
  'i128',
  'isize',
  'f32',
  'f64',
];

/** The picture of the standard library the resolver works with: signatures of what types commonly flow through. */
export function parseStandardLibrary(): RustFacts {
  return extractFacts({ text: standardLibraryText(), path: 'std', items: [] });
}

function standardLibraryText(): string {
  const numbers = INTEGERS.map((name) => INTEGER.replaceAll('INT', name)).join('\n');
  const operators = OPERATORS.map(
    ([trait, method]) =>
      `pub trait ${trait}<Rhs = Self> { type Output; fn ${method}(self, rhs: Rhs) -> Self::Output; } ` +
      `pub trait ${trait}Assign<Rhs = Self> { fn ${method}_assign(&mut self, rhs: Rhs); }`,
  ).join('\n');
  const collections = COLLECTIONS.replace(
    /(MAP|SET)\((\w+)<([^>]*)>\)/g,
    (_, kind: string, name: string, params: string) =>
      (kind === 'MAP' ? MAP : SET).replaceAll('NAME', name).replaceAll('PARAMS', params),
  );
  return [CORE_TYPES, collections, TRAITS.replace('OPERATORS', operators), SYSTEM, numbers].join('\n');
}
