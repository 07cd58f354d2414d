import { Node } from '../../facts.js';
import { numberAt } from '../../indexed.js';
import { listAt } from '../code-reader.js';
import { reportFields } from '../member-problems.js';
import { type Definition, Ns } from '../model.js';
import { freshVar, referenceTo, shallow, substitute, type Type, UNKNOWN } from '../types.js';
import type { Body } from './body.js';
import { parametersOf } from './calls.js';
import { resolveValue } from './value-paths.js';

/** Binds the names of a pattern to the types they have when a value of `type` matches. */
export function inferPattern(b: Body, node: number, type: Type): void {
  bind(b, node, { type, byRef: false });
}

interface Matched {
  type: Type;
  /** Matching went through a reference: names bind by reference. */
  byRef: boolean;
}

function bind(b: Body, node: number, matched: Matched): void {
  const { code } = b;
  switch (code[node]) {
    case Node.patBind:
      bindName(b, node, matched);
      return;
    case Node.patRef: {
      const at = b.settled(matched.type);
      bind(b, numberAt(code, node + 2), {
        type: at.k === 'ref' ? at.inner : freshInner(b, at),
        byRef: false,
      });
      return;
    }
    case Node.patBox: {
      const inner = b.tools.methods.deref(b.settled(matched.type));
      bind(b, numberAt(code, node + 2), { type: inner ?? UNKNOWN, byRef: matched.byRef });
      return;
    }
    case Node.patOr:
      for (const inner of listAt(b.file, node + 3, numberAt(code, node + 2))) bind(b, inner, matched);
      return;
    case Node.patTuple:
      bindTuple(b, node, peel(b, matched));
      return;
    case Node.patSlice:
      bindSlice(b, node, peel(b, matched));
      return;
    case Node.patTupleStruct:
      bindTupleStruct(b, node, peel(b, matched));
      return;
    case Node.patStruct:
      bindStruct(b, node, peel(b, matched));
      return;
    case Node.patPath:
      bindPath(b, numberAt(code, node + 2), peel(b, matched));
      return;
    default:
  }
}

function freshInner(b: Body, type: Type): Type {
  if (type.k !== 'var') return UNKNOWN;
  const inner = freshVar();
  b.coerce(type, referenceTo(inner, false));
  return inner;
}

/** A pattern that takes a value apart looks through references, and its names then bind by reference. */
function peel(b: Body, matched: Matched): Matched {
  let { type, byRef } = matched;
  type = b.settled(type);
  while (type.k === 'ref') {
    type = b.settled(type.inner);
    byRef = true;
  }
  return { type, byRef };
}

function bindName(b: Body, node: number, matched: Matched): void {
  const { code } = b;
  const name = b.file.name(numberAt(code, node + 2));
  const isByRef = code[node + 3] === 1;
  const inner = numberAt(code, node + 4);
  if (!isByRef && inner === 0 && isConstantName(name) && bindConstant(b, node, name, matched)) return;
  const isRef = isByRef || matched.byRef;
  b.declare(name, isRef ? referenceTo(matched.type, false) : matched.type);
  if (inner !== 0) bind(b, inner, matched);
}

function isConstantName(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first >= 65 && first <= 90) || first > 127;
}

/** A name that is a unit struct, variant or constant does not bind. */
function bindConstant(b: Body, node: number, name: string, matched: Matched): boolean {
  const found = b.tools.names.lexical(b.scope, name, Ns.value, b.mask);
  if (found === null) return false;
  if (found.tag !== 'definition' || found.kind === 'function') return found.tag === 'external';
  const target = found.kind === 'variant' ? found.owner : found;
  const reason = found.kind === 'variant' ? 'variant' : 'pattern';
  if (target !== undefined)
    b.tools.recorder.toDefinition(b.reference(numberAt(b.code, node + 1), name), target, 'uses_type', reason);
  if (found.kind === 'variant' || found.kind === 'struct')
    b.coerce(b.tools.lowering.typeOf(found, 0, b.env), matched.type);
  return true;
}

function bindTuple(b: Body, node: number, { type, byRef }: Matched): void {
  const { code } = b;
  const count = numberAt(code, node + 2);
  const restAt = numberAt(code, node + 3);
  const patterns = listAt(b.file, node + 4, count);
  const items = tupleItems(b, type, { count, hasRest: restAt >= 0 });
  patterns.forEach((pattern, index) => {
    const at = restAt >= 0 && index >= restAt ? items.length - (count - index) : index;
    bind(b, pattern, { type: items[at] ?? UNKNOWN, byRef });
  });
}

function tupleItems(
  b: Body,
  type: Type,
  { count, hasRest }: { count: number; hasRest: boolean },
): readonly Type[] {
  if (type.k === 'tuple') return type.items;
  if (type.k !== 'var' || hasRest) return [];
  const items = Array.from({ length: count }, () => freshVar());
  b.coerce(type, { k: 'tuple', items });
  return items;
}

function bindSlice(b: Body, node: number, { type, byRef }: Matched): void {
  const { code } = b;
  const item = type.k === 'slice' || type.k === 'array' ? type.item : UNKNOWN;
  for (const pattern of listAt(b.file, node + 4, numberAt(code, node + 2))) {
    // `rest @ ..` binds a slice, every other name an element
    const isRest =
      code[pattern] === Node.patBind &&
      code[pattern + 4] !== 0 &&
      code[numberAt(code, pattern + 4)] === Node.patWild;
    bind(b, pattern, { type: isRest ? { k: 'slice', item } : item, byRef });
  }
}

function bindTupleStruct(b: Body, node: number, { type, byRef }: Matched): void {
  const { code } = b;
  const value = resolveValue(b, numberAt(code, node + 2), 'pattern');
  const patterns = listAt(b.file, node + 5, numberAt(code, node + 3));
  const restAt = numberAt(code, node + 4);
  const isConstructor = value.kind === 'constructor';
  if (isConstructor) b.coerce(value.type, type);
  const fields = isConstructor ? b.tools.signatures.fieldsOf(value.def) : [];
  const map = parametersOf(b, isConstructor ? shallow(value.type) : UNKNOWN);
  patterns.forEach((pattern, index) => {
    const at = restAt >= 0 && index >= restAt ? fields.length - (patterns.length - index) : index;
    const field = fields[at];
    bind(b, pattern, { type: field === undefined ? UNKNOWN : substitute(field.type, map), byRef });
  });
}

function bindStruct(b: Body, node: number, { type, byRef }: Matched): void {
  const { code } = b;
  const value = resolveValue(b, numberAt(code, node + 2), 'struct');
  const isConstructor = value.kind === 'constructor';
  if (isConstructor) b.coerce(value.type, type);
  const fields = isConstructor ? b.tools.signatures.fieldsOf(value.def) : [];
  const map = parametersOf(b, isConstructor ? shallow(value.type) : UNKNOWN);
  if (isConstructor && b.tools.problems.isWanted && b.foreignMacros === 0) reportNamed(b, node, value.def);
  for (let index = 0; index < numberAt(code, node + 3); index += 1) {
    const at = node + 4 + index * 3;
    const name = b.file.name(numberAt(code, at));
    const field = fields.find((candidate) => candidate.name === name);
    bind(b, numberAt(code, at + 2), {
      type: field === undefined ? UNKNOWN : substitute(field.type, map),
      byRef,
    });
  }
}

function reportNamed(b: Body, node: number, def: Definition): void {
  const { code } = b;
  const fields = Array.from({ length: numberAt(code, node + 3) }, (_, index) => {
    const at = node + 4 + index * 3;
    return { name: b.file.name(numberAt(code, at)), pos: numberAt(code, at + 1) };
  });
  const place = { ...b.place, pos: numberAt(code, node + 1), name: def.name };
  reportFields(b.tools, def, { fields, isWhole: false, place });
}

function bindPath(b: Body, path: number, { type }: Matched): void {
  const value = resolveValue(b, path, 'pattern');
  if (value.kind === 'constructor') b.coerce(value.type, type);
}
