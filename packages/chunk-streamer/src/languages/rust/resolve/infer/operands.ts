import { BinaryOp, LitKind, Node } from '../../facts.js';
import { numberAt } from '../../indexed.js';
import { listAt } from '../code-reader.js';
import { reportFields, reportPrivateField, reportUnknownField } from '../member-problems.js';
import type { Definition } from '../model.js';
import {
  freshVar,
  primitive,
  referenceTo,
  shallow,
  substitute,
  type Type,
  traitRef,
  UNIT,
  UNKNOWN,
} from '../types.js';
import type { Body } from './body.js';
import { parametersOf } from './calls.js';
import { recordBinary, recordOperator } from './operators.js';
import { resolveValue } from './value-paths.js';

/** A literal. */
export function inferLiteral(b: Body, node: number): Type {
  const suffix = numberAt(b.code, node + 3);
  if (suffix !== 0) return primitive(b.file.name(suffix));
  switch (b.code[node + 2]) {
    case LitKind.int:
      return freshVar(true);
    case LitKind.float:
      return primitive('f64');
    case LitKind.char:
      return primitive('char');
    case LitKind.bool:
      return primitive('bool');
    case LitKind.byte:
      return primitive('u8');
    case LitKind.byteStr:
      return referenceTo({ k: 'array', item: primitive('u8') }, false);
    case LitKind.cStr:
      return UNKNOWN;
    default:
      return referenceTo(primitive('str'), false);
  }
}

/** A path that is not called. */
export function inferPath(b: Body, node: number): Type {
  const value = resolveValue(b, numberAt(b.code, node + 2), 'value');
  switch (value.kind) {
    case 'value':
      return value.type;
    case 'constructor':
      return constructorType(b, value);
    case 'function': {
      const signature = b.tools.signatures.signatureOf(value.def);
      const map = new Map(value.map);
      for (const param of signature.generics) map.set(param, freshVar());
      const params = signature.self === null ? signature.params : [signature.self, ...signature.params];
      return {
        k: 'fn',
        params: params.map((param) => b.normalize(substitute(param, map))),
        ret: b.normalize(substitute(signature.ret, map)),
      };
    }
    default:
      return UNKNOWN;
  }
}

/** A unit constructor is a value, a tuple constructor a function. */
function constructorType(
  b: Body,
  value: { def: Parameters<Body['tools']['signatures']['fieldsOf']>[0]; type: Type },
): Type {
  const { def, type } = value;
  const shape = def.kind === 'variant' ? def.fact.variants?.[def.index]?.shape : def.fact.shape;
  if (shape !== 'tuple') return type;
  const map = parametersOf(b, shallow(type));
  return {
    k: 'fn',
    params: b.tools.signatures.fieldsOf(def).map((field) => substitute(field.type, map)),
    ret: type,
  };
}

/** `base.name`, through references and smart pointers. */
export function inferField(b: Body, node: number): Type {
  const name = b.file.name(numberAt(b.code, node + 3));
  const receiver = b.settled(b.infer(numberAt(b.code, node + 2)));
  const isJudged = b.tools.problems.isWanted && b.foreignMacros === 0;
  const placeOf = () => ({ ...b.place, pos: numberAt(b.code, node + 4), name });
  let step: Type | null = receiver;
  for (let count = 0; step !== null && count < 8; count += 1) {
    const found = fieldOf(b, step, name);
    if (found !== undefined) {
      if (isJudged && step.k === 'adt') reportPrivateField(b.tools, step.def, placeOf());
      return found;
    }
    step = b.tools.methods.deref(step);
  }
  if (isJudged) reportUnknownField(b.tools, receiver, placeOf());
  return UNKNOWN;
}

function fieldOf(b: Body, type: Type, name: string): Type | undefined {
  if (type.k === 'tuple') return type.items[Number(name)];
  if (type.k !== 'adt' || type.def.kind === 'enum') return undefined;
  const field = b.tools.signatures.fieldsOf(type.def).find((candidate) => candidate.name === name);
  return field === undefined ? undefined : b.normalize(substitute(field.type, parametersOf(b, type)));
}

/** `base[index]`. */
export function inferIndex(b: Body, node: number): Type {
  const base = b.settled(b.infer(numberAt(b.code, node + 2)));
  const index = b.settled(b.infer(numberAt(b.code, node + 3)));
  const isRange = index.k === 'adt' && index.def.isStd && index.def.name.startsWith('Range');
  const trait = b.tools.std.find('ops::Index');
  let step: Type | null = base;
  for (let count = 0; step !== null && count < 8; count += 1) {
    if (step.k === 'slice' || step.k === 'array')
      return isRange ? { k: 'slice', item: step.item } : step.item;
    if (step.k === 'prim' && step.name === 'str') return step;
    const ref = traitRef(trait!, [index]);
    const output =
      trait === undefined || step.k === 'ref' ? null : b.tools.selector.project(step, ref, 'Output');
    if (output !== null) return output;
    step = b.tools.methods.deref(step);
  }
  return UNKNOWN;
}

/** How a place that an operator computes is used; `unknown` in front of a method or field. */
export type PlaceUse = 'read' | 'write' | 'unknown';

/** Infers an operand of `&`, `&mut` or `=`, which decides between the shared and the mutable operator. */
export function inferPlace(
  b: Body,
  node: number,
  { use, expected }: { use: PlaceUse; expected?: Type | undefined },
): Type {
  switch (b.code[node]) {
    case Node.index:
      return inferIndex(b, node);
    case Node.deref:
      return inferDeref(b, node, use);
    default:
      return b.infer(node, expected);
  }
}

function placeTraits(name: string, use: PlaceUse): string[] {
  if (use === 'read') return [name];
  return use === 'write' ? [`${name}Mut`] : [name, `${name}Mut`];
}

/** `&x` and `&mut x`. */
export function inferReference(b: Body, node: number, expected: Type | undefined): Type {
  const wanted = expected === undefined ? undefined : shallow(expected);
  const operand = numberAt(b.code, node + 3);
  const inner = inferPlace(b, operand, {
    use: b.code[node + 2] === 1 ? 'write' : 'read',
    expected: wanted?.k === 'ref' ? wanted.inner : expected,
  });
  return referenceTo(inner, b.code[node + 2] === 1);
}

/** `*x`. */
export function inferDeref(b: Body, node: number, use: PlaceUse): Type {
  const inner = b.settled(b.infer(numberAt(b.code, node + 2)));
  if (inner.k === 'ptr') return inner.inner;
  if (inner.k === 'adt')
    recordOperator(b, {
      self: inner,
      traits: placeTraits('Deref', use),
      pos: numberAt(b.code, node + 1),
      text: '*',
    });
  return b.tools.methods.deref(inner) ?? UNKNOWN;
}

/** `!x` and `-x`. */
export function inferUnary(b: Body, node: number): Type {
  const inner = b.settled(b.infer(numberAt(b.code, node + 2)));
  const at = inner.k === 'ref' ? b.settled(inner.inner) : inner;
  if (at.k === 'prim' || at.k === 'var' || at.k === 'never') return at;
  const trait = b.code[node] === Node.not ? 'Not' : 'Neg';
  if (inner === at)
    recordOperator(b, {
      self: at,
      traits: [trait],
      pos: numberAt(b.code, node + 1),
      text: trait === 'Not' ? '!' : '-',
    });
  return operatorOutput(b, at, [trait]) ?? UNKNOWN;
}

const ARITHMETIC = ['Add', 'Sub', 'Mul', 'Div', 'Rem', 'BitAnd', 'BitOr', 'BitXor'];

/** `a op b`. */
export function inferBinary(b: Body, node: number): Type {
  const operator = b.code[node + 2];
  const left = b.settled(b.infer(numberAt(b.code, node + 3)));
  const right = b.settled(b.infer(numberAt(b.code, node + 4), left));
  if (operator === BinaryOp.logical) return primitive('bool');
  recordBinary(b, node, { left, right });
  if (operator === BinaryOp.assignment) return UNIT;
  const plainLeft = withoutRef(b, left);
  const plainRight = withoutRef(b, right);
  const isShift = operator === BinaryOp.shift;
  const areNumbers = isNumber(plainLeft) && isNumber(plainRight);
  if (areNumbers && !isShift) b.coerce(plainLeft, plainRight);
  if (operator === BinaryOp.comparison) return primitive('bool');
  if (isNumber(plainLeft)) return isShift || plainLeft.k === 'prim' ? plainLeft : plainRight;
  return operatorOutput(b, left, isShift ? ['Shl', 'Shr'] : ARITHMETIC) ?? UNKNOWN;
}

function withoutRef(b: Body, type: Type): Type {
  return type.k === 'ref' ? b.settled(type.inner) : type;
}

function isNumber(type: Type): boolean {
  return type.k === 'prim' ? type.name !== 'str' : type.k === 'var' && type.numeric;
}

/** What an overloaded operator gives; its traits agree on that in practice. */
function operatorOutput(b: Body, self: Type, traits: readonly string[]): Type | null {
  if (self.k === 'unknown' || self.k === 'var' || self.k === 'foreign') return null;
  for (const name of traits) {
    const trait = b.tools.std.find(`ops::${name}`);
    const output = trait === undefined ? null : b.tools.selector.project(self, traitRef(trait), 'Output');
    if (output !== null) return output;
  }
  return null;
}

/** `(a, b)`. */
export function inferTuple(b: Body, node: number, expected: Type | undefined): Type {
  const wanted = expected === undefined ? undefined : shallow(expected);
  const parts = listAt(b.file, node + 3, numberAt(b.code, node + 2));
  const items = Array.from(parts, (part, index) =>
    b.infer(part, wanted?.k === 'tuple' ? wanted.items[index] : undefined),
  );
  return { k: 'tuple', items };
}

/** `[a, b]` and `[a; n]`. */
export function inferArray(b: Body, node: number): Type {
  const isRepeat = b.code[node] === Node.repeat;
  const parts = isRepeat
    ? [numberAt(b.code, node + 2)]
    : listAt(b.file, node + 3, numberAt(b.code, node + 2));
  const item = freshVar();
  for (const part of parts) b.coerce(b.infer(part), item);
  if (isRepeat) b.infer(numberAt(b.code, node + 3));
  return { k: 'array', item: shallow(item) };
}

/** `Type { field: value }`. */
export function inferStruct(b: Body, node: number): Type {
  const { code } = b;
  const value = resolveValue(b, numberAt(code, node + 2), 'struct');
  const isConstructor = value.kind === 'constructor';
  const type = isConstructor ? value.type : UNKNOWN;
  const fields = isConstructor ? b.tools.signatures.fieldsOf(value.def) : [];
  const map = parametersOf(b, shallow(type));
  if (isConstructor && b.tools.problems.isWanted && b.foreignMacros === 0) reportLiteral(b, node, value.def);
  for (let index = 0; index < numberAt(code, node + 3); index += 1) {
    const at = node + 5 + index * 3;
    const name = b.file.name(numberAt(code, at));
    const field = fields.find((candidate) => candidate.name === name);
    const wanted = field === undefined ? UNKNOWN : substitute(field.type, map);
    const given = numberAt(code, at + 2);
    const actual = given === 0 ? (b.local(name) ?? UNKNOWN) : b.infer(given, wanted);
    b.coerce(actual, wanted);
  }
  const base = numberAt(code, node + 4);
  if (base !== 0) b.coerce(b.infer(base), type);
  return type;
}

function reportLiteral(b: Body, node: number, def: Definition): void {
  const { code } = b;
  const fields = Array.from({ length: numberAt(code, node + 3) }, (_, index) => {
    const at = node + 5 + index * 3;
    return { name: b.file.name(numberAt(code, at)), pos: numberAt(code, at + 1) };
  });
  const place = { ...b.place, pos: numberAt(code, node + 1), name: def.name };
  reportFields(b.tools, def, { fields, isWhole: code[node + 4] === 0, place });
}

/** `a..b`. */
export function inferRange(b: Body, node: number): Type {
  const [from, to, inclusive] = listAt(b.file, node + 2, 3);
  const item = freshVar();
  for (const bound of [from!, to!]) if (bound !== 0) b.coerce(b.infer(bound), item);
  const name = rangeName(from !== 0, to !== 0, inclusive === 1);
  const def = b.tools.std.find(`ops::${name}`);
  return def === undefined ? UNKNOWN : { k: 'adt', def, args: name === 'RangeFull' ? [] : [item] };
}

function rangeName(hasFrom: boolean, hasTo: boolean, isInclusive: boolean): string {
  if (hasFrom && hasTo) return isInclusive ? 'RangeInclusive' : 'Range';
  if (hasFrom) return 'RangeFrom';
  if (!hasTo) return 'RangeFull';
  return isInclusive ? 'RangeToInclusive' : 'RangeTo';
}
