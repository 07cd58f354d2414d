import { MacroMode } from '../../facts.js';
import { entryAt, numberAt } from '../../indexed.js';
import { listAt, segmentsOf } from '../code-reader.js';
import type { Resolved } from '../model.js';
import { NEVER, primitive, referenceTo, type Type, UNIT, UNKNOWN } from '../types.js';
import type { Body } from './body.js';

const UNIT_MACROS = new Set(
  'print println eprint eprintln assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne'.split(
    ' ',
  ),
);
const NEVER_MACROS = new Set(['panic', 'todo', 'unimplemented', 'unreachable', 'compile_error']);
const TEXT_MACROS = new Set(['concat', 'stringify', 'include_str', 'file', 'env', 'module_path']);

/** A macro call in code: its arguments where they read as code, its type where the standard library says. */
export function inferMacro(b: Body, node: number): Type {
  const { code } = b;
  const segments = segmentsOf(b.file, numberAt(code, node + 2));
  const last = entryAt(segments, segments.length - 1);
  const target = b.tools.macros.resolve(
    segments.map((segment) => segment.name),
    b.scope,
    b.mask,
  );
  recordMacro(b, target, { pos: last.pos, name: last.name });
  const isStd = target?.tag === 'external' && target.crate === 'std';
  if (!isStd || last.name === 'thread_local') b.hasForeignMacro = true;
  const types = inferArguments(b, node, isStd);
  return isStd ? typeOfStandard(b, last.name, types) : UNKNOWN;
}

function recordMacro(b: Body, target: Resolved | null, { pos, name }: { pos: number; name: string }): void {
  const reference = b.reference(pos, name);
  if (target === null) b.unresolved(pos, name);
  else if (target.tag === 'external') b.tools.recorder.external(reference, target.crate, `${name}!`);
  else if (target.tag === 'definition')
    b.tools.recorder.toDefinition(reference, target, 'uses_macro', 'macro-scope');
}

function inferArguments(b: Body, node: number, isStd: boolean): Type[] {
  const { code } = b;
  if (code[node + 3] !== MacroMode.expressions) return [];
  b.macros += 1;
  if (!isStd) b.foreignMacros += 1;
  const types = b.inScope(() =>
    Array.from(listAt(b.file, node + 5, numberAt(code, node + 4)), (arg) => b.infer(arg)),
  );
  if (!isStd) b.foreignMacros -= 1;
  b.macros -= 1;
  return types;
}

function typeOfStandard(b: Body, name: string, types: readonly Type[]): Type {
  if (UNIT_MACROS.has(name)) return UNIT;
  if (NEVER_MACROS.has(name)) return NEVER;
  if (TEXT_MACROS.has(name)) return referenceTo(primitive('str'), false);
  switch (name) {
    case 'format':
      return standardType(b, 'string::String', []);
    case 'vec': {
      const array = types[0];
      return standardType(b, 'vec::Vec', [array?.k === 'array' ? array.item : UNKNOWN]);
    }
    case 'matches':
    case 'cfg':
      return primitive('bool');
    case 'line':
    case 'column':
      return primitive('u32');
    case 'dbg':
      return types.length === 1 ? entryAt(types, 0) : { k: 'tuple', items: types };
    case 'write':
    case 'writeln':
      return standardType(b, 'result::Result', [UNIT, UNKNOWN]);
    case 'ready': {
      const poll = types[0];
      return poll?.k === 'adt' && poll.def === b.tools.std.find('task::Poll')
        ? (poll.args[0] ?? UNKNOWN)
        : UNKNOWN;
    }
    default:
      return UNKNOWN;
  }
}

function standardType(b: Body, path: string, args: readonly Type[]): Type {
  const def = b.tools.std.find(path);
  return def === undefined ? UNKNOWN : { k: 'adt', def, args };
}
