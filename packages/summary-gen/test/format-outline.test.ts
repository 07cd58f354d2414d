import { describe, expect, it } from 'vitest';
import { formatOutline, type OutlineDetail } from '../src/index.js';
import { buildRow } from './build-row.js';

const impl = buildRow({ kind: 'impl', name: 'impl Store', code: 'impl<T> Store<T> {}' });
const traitImpl = buildRow({ kind: 'impl', name: 'Drop@Store', code: 'impl<T> Drop for Store<T> {}' });
const tests = buildRow({ kind: 'module', name: 'tests', code: 'mod tests {}', test: 'module' });
const ROWS = [
  buildRow({ kind: 'file', name: 'lib.rs', code: '' }),
  buildRow({
    kind: 'struct',
    name: 'Store',
    visibility: 'public',
    code: '',
    interface_signature: 'pub struct Store<T> { pub(crate) items: Vec<T>, open: bool }',
  }),
  impl,
  buildRow({
    kind: 'method',
    name: 'find',
    visibility: 'public',
    parent_key: impl.isgl1_key,
    code: "pub fn find<'a, F>(&'a self, key: &'a str, by: F) -> Option<&'a T> where F: Fn(&T) -> bool {}",
  }),
  buildRow({
    kind: 'method',
    name: 'grow',
    parent_key: impl.isgl1_key,
    code: 'fn grow(&mut self, by: usize) {}',
  }),
  traitImpl,
  buildRow({ kind: 'method', name: 'drop', parent_key: traitImpl.isgl1_key, code: 'fn drop(&mut self) {}' }),
  tests,
  buildRow({
    kind: 'function',
    name: 'finds_what_it_stored',
    parent_key: tests.isgl1_key,
    code: 'fn finds_what_it_stored() {}',
    test: 'attribute',
  }),
  buildRow({ kind: 'file', name: 'main.rs', file: 'src/main.rs', code: '' }),
  buildRow({ kind: 'function', name: 'main', file: 'src/main.rs', code: 'fn main() {}' }),
];

describe('an outline', () => {
  it.each<[OutlineDetail, string]>([
    [
      'signatures',
      `src/lib.rs
struct Store<T>{items:Vec<T>,open:bool}
impl<T> Store<T>
 find(&,&str,F)->Option<&T>; grow(&mut,usize)
impl<T> Drop for Store<T>
tests
 tests: finds_what_it_stored
src/main.rs
main()`,
    ],
    [
      'surface',
      `src/lib.rs
struct Store<T>{items:Vec<T>,open:bool}
impl<T> Store<T>
 find(&,&str,F)->Option<&T>; grow
impl<T> Drop for Store<T>
tests
 tests: finds_what_it_stored
src/main.rs
main`,
    ],
    [
      'names',
      `src/lib.rs
Store
impl<T> Store<T>
 find; grow
impl<T> Drop for Store<T>
tests
 tests: finds_what_it_stored
src/main.rs
main`,
    ],
  ])('with %s names every interface once, below its file and container', (detail, expected) => {
    expect(formatOutline(ROWS, { detail })).toBe(expected);
  });

  it('of nothing is empty', () => {
    expect(formatOutline([])).toBe('');
  });
});
