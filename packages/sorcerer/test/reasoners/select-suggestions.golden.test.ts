import { describe, expect, it } from 'vitest';
import {
  applyReplacements,
  FIX_POLICIES,
  type FixFocus,
  type FixPolicy,
  selectSuggestions,
} from '../../src/index.js';
import { createError } from '../fakes/fake-world.js';
import { readRustcCase } from '../fakes/rustc-diagnostics.js';

const [sure, widened, errorsOnly] = FIX_POLICIES as [FixPolicy, FixPolicy, FixPolicy];

function summarize(name: string, policy = sure, focus: FixFocus | null = null) {
  const { source, diagnostics } = readRustcCase(name);
  const selection = selectSuggestions(diagnostics, policy, { focus });
  const textOf = ({ suggestion }: (typeof selection.chosen)[number]) =>
    suggestion.replacements.map((r) => r.replacement);
  return {
    chosen: selection.chosen.flatMap(textOf),
    open: selection.open.map((group) => group.flatMap(textOf)),
    left: selection.left.map((choice) => [...textOf(choice), choice.reason]),
    text: applyReplacements(
      source,
      selection.chosen.flatMap(({ suggestion }) => suggestion.replacements),
    ),
  };
}

describe('selectSuggestions on recorded compiler runs', () => {
  it.each<[string, string[]]>([
    ['e0432', ['crate::shapes::inner::Square', 'Circle']],
    ['e0599', ['stir_clockwise']],
    ['e0308', ['Some(', ')']],
    ['e0507', ['.clone()']],
    ['unused', ['', '_b']],
    ['swapped', ['std::mem::swap(&mut a, &mut b)']],
    ['e0425', ['use std::collections::HashMap;\n\n']],
    ['two_imports', ['use std::collections::HashMap;\n\n', 'use std::collections::BTreeSet;\n\n']],
  ])('%s: follows what is unique', (name, chosen) => {
    expect(summarize(name)).toMatchObject({ chosen, open: [] });
  });

  it("leaves three ways to complete a pattern open, in the compiler's order", () => {
    expect(summarize('e0027')).toMatchObject({ chosen: [], open: [[', z }', ', z: _ }', ', .. }']] });
  });

  it('qualifies all variants of a match alike, in every form the path may need', () => {
    expect(summarize('e0170')).toMatchObject({
      chosen: [],
      open: [['Dir::Up', 'Dir::Down', 'crate::Dir::Up', 'crate::Dir::Down']],
    });
  });

  it('replaces an arm once, however many targets report it', () => {
    const { diagnostics } = readRustcCase('e0170');
    const { open } = selectSuggestions([...diagnostics, ...diagnostics], sure);
    expect(open.map((group) => group.map(({ suggestion }) => suggestion.replacements.length))).toEqual([
      [2, 2],
    ]);
  });

  it('ties an import to the text that uses it', () => {
    const diagnostic = {
      ...createError({ code: 'E0433', message: 'x', path: 'a.rs', at: [10, 16] }),
      suggestions: [
        {
          message: 'consider importing this enum',
          replacements: [{ path: 'a.rs', start: 0, end: 0, replacement: 'use b::Dir;\n' }],
        },
        {
          message: 'if you import `Dir`, refer to it directly',
          replacements: [{ path: 'a.rs', start: 10, end: 16, replacement: '' }],
        },
      ].map((suggestion) => ({ ...suggestion, applicability: 'MaybeIncorrect' as const })),
    };
    const { chosen, open } = selectSuggestions([diagnostic], sure);
    expect(open).toEqual([]);
    expect(chosen[0]?.suggestion.replacements).toHaveLength(2);
  });

  it('takes several texts for one place as alternatives', () => {
    expect(summarize('rc_or_arc')).toMatchObject({
      chosen: [],
      open: [['use crate::a::Thing;\n\n', 'use crate::b::Thing;\n\n']],
    });
  });

  it('never writes todo!()', () => {
    expect(summarize('e0004')).toMatchObject({
      chosen: [],
      open: [],
      left: [[',\n        D::B => todo!()', 'placeholder']],
    });
  });

  it('lets lints wait while the build is broken', () => {
    const { left } = summarize('e0170');
    expect(left).toContainEqual(['_Up', 'errors_first']);
    expect(left).toContainEqual(['up', 'errors_first']);
  });

  it('does not silence a variable that may be a misspelt variant', () => {
    const { diagnostics } = readRustcCase('e0170');
    const warnings = diagnostics.filter(({ level }) => level === 'warning');
    const { chosen, left } = selectSuggestions(warnings, sure);
    expect(chosen).toEqual([]);
    expect(left.filter(({ reason }) => reason === 'silences_another')).toHaveLength(2);
  });

  it('follows no warning when only errors are wanted', () => {
    expect(summarize('unused', errorsOnly)).toMatchObject({
      chosen: [],
      left: [
        ['', 'too_unsure'],
        ['_b', 'too_unsure'],
      ],
    });
  });

  it('puts both parts of one suggestion in place', () => {
    expect(summarize('e0308').text).toContain('    Some(x + 1)\n');
  });

  it('puts two imports at one place one after the other', () => {
    expect(summarize('two_imports').text).toMatch(
      /^use std::collections::HashMap;\n\nuse std::collections::BTreeSet;\n\npub fn/,
    );
  });
});

describe('selectSuggestions', () => {
  const warning = (path: string, at: [number, number]) =>
    createError({
      code: 'lint',
      level: 'warning',
      message: path,
      path,
      at,
      replacement: 'x',
      applicability: 'MaybeIncorrect',
    });

  it('widens to unsure warnings only in the code that failing checks reach', () => {
    const diagnostics = [warning('src/near.rs', [0, 1]), warning('src/far.rs', [0, 1])];
    const focus: FixFocus = { rowKeys: new Set(), paths: new Set(['src/near.rs']) };
    expect(selectSuggestions(diagnostics, sure, { focus }).chosen).toEqual([]);
    const { chosen } = selectSuggestions(diagnostics, widened, { focus });
    expect(chosen.map(({ diagnostic }) => diagnostic.message)).toEqual(['src/near.rs']);
    expect(selectSuggestions(diagnostics, widened).chosen).toHaveLength(2);
  });

  it('lets the surer of two meeting suggestions win and the other wait', () => {
    const unsure = createError({
      message: 'a',
      path: 'a.rs',
      at: [0, 5],
      replacement: 'x',
      applicability: 'MaybeIncorrect',
    });
    const certain = createError({ message: 'b', path: 'a.rs', at: [4, 9], replacement: 'y' });
    const { chosen, left } = selectSuggestions([unsure, certain], sure);
    expect(chosen.map(({ diagnostic }) => diagnostic.message)).toEqual(['b']);
    expect(left).toMatchObject([{ diagnostic: { message: 'a' }, reason: 'overlaps' }]);
  });

  it('does not depend on the order of diagnostics', () => {
    const diagnostics = ['c', 'a', 'b'].map((name) =>
      createError({ message: name, path: `${name}.rs`, at: [0, 1], replacement: name }),
    );
    const order = (list: typeof diagnostics) =>
      selectSuggestions(list, sure).chosen.map(({ diagnostic }) => diagnostic.message);
    expect(order(diagnostics)).toEqual(['a', 'b', 'c']);
    expect(order([...diagnostics].reverse())).toEqual(['a', 'b', 'c']);
  });

  it('leaves files outside the repository and malformed spans alone', () => {
    const outside = createError({ message: 'o', path: '/usr/lib/core.rs', at: [0, 1], replacement: 'x' });
    const backwards = createError({ message: 'm', path: 'a.rs', at: [5, 1], replacement: 'x' });
    const { chosen, left } = selectSuggestions([outside, backwards], sure);
    expect(chosen).toEqual([]);
    expect(left.map(({ reason }) => reason)).toEqual(['foreign_path', 'malformed']);
  });

  it('is not misled by the summary error that points nowhere', () => {
    const summary = {
      ...createError({ code: null, message: 'could not compile', path: 'a.rs', at: [0, 1] }),
      spans: [],
    };
    const lint = createError({
      code: 'unused_mut',
      level: 'warning',
      message: 'w',
      path: 'a.rs',
      at: [0, 1],
      replacement: '',
    });
    expect(selectSuggestions([summary, lint], sure).chosen).toHaveLength(1);
  });
});

describe('applyReplacements', () => {
  it('counts bytes, not characters', () => {
    expect(
      applyReplacements('// \u00e4\u{1F980}\nlet mut a;', [
        { path: 'a', start: 14, end: 18, replacement: '' },
      ]),
    ).toBe('// \u00e4\u{1F980}\nlet a;');
  });

  it('refuses offsets that cut a character or leave the text', () => {
    expect(applyReplacements('\u00e4', [{ path: 'a', start: 1, end: 2, replacement: '' }])).toBeUndefined();
    expect(applyReplacements('a', [{ path: 'a', start: 0, end: 9, replacement: '' }])).toBeUndefined();
  });

  it('keeps Windows line ends', () => {
    expect(
      applyReplacements('a\r\nb\r\n', [{ path: 'a', start: 0, end: 0, replacement: 'use x;\n\n' }]),
    ).toBe('use x;\r\n\r\na\r\nb\r\n');
  });
});
