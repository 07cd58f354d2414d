import type { Chunk } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { type Neighbours, summarizeRow } from '../src/index.js';
import { buildRow, type RowSpec } from './build-row.js';

function rollUp(spec: RowSpec, children: readonly RowSpec[]): string {
  return summarizeRow(buildRow(spec), { children: children.map(buildRow) }).text;
}

const file: RowSpec = { kind: 'file', name: '_', code: '' };
const brew: RowSpec = { kind: 'function', name: 'brew', code: 'fn brew() {}' };
const potion: RowSpec = { kind: 'struct', name: 'Potion', code: 'pub struct Potion;', visibility: 'public' };
const mix: RowSpec = { kind: 'method', name: 'mix', code: 'fn mix(&self) {}', container: ['Potion'] };
const rest: RowSpec = { kind: 'method', name: 'rest', code: 'fn rest(&self);', container: ['Brewer'] };
const display: RowSpec = {
  kind: 'impl',
  name: 'Display@Potion',
  code: "impl<'a> fmt::Display for Potion<'a> {}",
};

describe('roll-ups from children', () => {
  it.each<[string, string]>([
    ['a file names public items first', rollUp(file, [brew, potion])],
    [
      'a file names the traits it implements and the macros it invokes',
      rollUp(file, [display, { kind: 'macro_call', name: 'bitflags!', code: 'bitflags! {}' }]),
    ],
    ['a crate names itself', rollUp({ ...file, module_path: 'crate', crate: 'apothecary' }, [potion])],
    [
      'a module of tests lists behaviors',
      rollUp({ kind: 'module', name: 'tests', code: '#[cfg(test)]\nmod tests {}', test: 'cfg(test)' }, [
        brew,
        {
          kind: 'function',
          name: 'test_boils_over',
          code: '#[test]\nfn test_boils_over() {}',
          test: '#[test]',
        },
      ]),
    ],
    [
      'an inherent impl lists its methods',
      rollUp({ kind: 'impl', name: '@Potion<T>', code: 'impl<T> Potion<T> {}' }, [mix, rest]),
    ],
    [
      'a trait impl lists what it defines',
      rollUp({ kind: 'impl', name: 'Brewer@Potion', code: 'impl Brewer for Potion where Self: Sized {}' }, [
        rest,
      ]),
    ],
    [
      'a trait tells required from provided',
      rollUp({ kind: 'trait', name: 'Brewer', code: 'trait Brewer: Send + fmt::Debug {}' }, [rest, mix]),
    ],
    [
      'an extern block lists its items',
      rollUp({ kind: 'extern_block', name: 'extern "C"', code: 'unsafe extern "C" {}' }, [
        { kind: 'function', name: 'abs', code: 'fn abs(x: i32) -> i32;' },
      ]),
    ],
  ])('%s', (title, text) => {
    expect({ title, text }).toMatchSnapshot();
  });

  it('counts what does not fit the line', () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ ...brew, name: `ingredient_number_${at}` }));
    const text = rollUp(file, many);
    expect(text).toMatch(/^Defines ingredient_number_0, .* and \d+ more$/);
    expect(text.length).toBeLessThanOrEqual(120);
  });

  it('skips names that no line holds', () => {
    expect(rollUp(file, [{ ...brew, name: 'x'.repeat(200) }])).toBe('File');
  });
});

describe('neighbours', () => {
  const row: Chunk = buildRow({
    kind: 'function',
    name: 'serve',
    code: 'fn serve(port: u16) { listen(port) }',
  });
  const around = (neighbours: Neighbours): string => summarizeRow(row, { neighbours }).text;

  it('takes calls from the graph before calls from the text, each once', () => {
    expect(
      around({ callers: ['main', 'main', 'new'], callees: ['bind_socket', 'unwrap', 'bind_socket'] }),
    ).toBe('Serves given port; calls bind_socket; called by main');
  });

  it('reads calls from the text when the graph knows none', () => {
    expect(around({ callers: [], callees: [] })).toBe('Serves given port; calls listen');
  });

  it('reads no calls from comments, strings, attributes or nested definitions', () => {
    const code =
      '#[doc(alias("eat"))]\nfn serve() { /* drink(1) */ let s = "cook(2)"; fn inner() {} if (a) { plate(s) } }';
    expect(summarizeRow(buildRow({ kind: 'function', name: 'serve', code })).text).toBe(
      'Serves; calls plate',
    );
  });
});

describe('quality', () => {
  const quality = (doc: string, code = 'fn run(x: u8) {}'): number =>
    summarizeRow(buildRow({ kind: 'function', name: 'run', code, doc })).quality;

  it('is high for a telling doc, low for a vague name, lower for a long body', () => {
    expect(quality('Grinds herbs until only powder remains.')).toBeGreaterThan(0.9);
    expect(quality('')).toBeLessThan(0.5);
    expect(quality('', `fn run(x: u8) { ${'step(); '.repeat(200)} }`)).toBeLessThan(quality(''));
  });

  it('carries the hash of the content and names no model', () => {
    const row = buildRow({ kind: 'const', name: 'A', code: 'const A: u8 = 1;' });
    expect(summarizeRow(row)).toEqual({
      text: 'Constant A of type u8, equals 1',
      provenance: 'rule_based',
      content_hash: row.content_hash,
      model_sha: null,
      prompt_version: null,
      quality: 0.65,
    });
  });
});
