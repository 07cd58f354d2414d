import { Node } from '../../facts.js';
import { entryAt, numberAt } from '../../indexed.js';
import { listAt } from '../code-reader.js';
import { freshVar, NEVER, primitive, shallow, type Type, traitRef, UNIT, UNKNOWN } from '../types.js';
import type { Body } from './body.js';
import { futureOf } from './calls.js';

const ASYNC_BLOCK = 1;

/** `{ .. }`, plain, `unsafe`, `const` or `async`. */
export function inferBlock(b: Body, node: number, expected: Type | undefined): Type {
  const isAsync = (numberAt(b.code, node + 3) & ASYNC_BLOCK) !== 0;
  if (!isAsync) return b.inScope(() => inferStatements(b, node, expected));
  const outer = b.returnType;
  b.returnType = freshVar();
  const tail = b.inScope(() => inferStatements(b, node, undefined));
  b.coerce(tail, b.returnType);
  const output = b.returnType;
  b.returnType = outer;
  return futureOf(b, output);
}

function inferStatements(b: Body, node: number, expected: Type | undefined): Type {
  const { code, scope } = b;
  const own = numberAt(code, node + 2);
  if (own >= 0) b.scope = entryAt(b.file.scopes, own);
  let diverges = false;
  for (const statement of listAt(b.file, node + 5, numberAt(code, node + 4))) {
    const type = code[statement] === Node.stmtLet ? inferLet(b, statement) : b.infer(statement);
    diverges ||= type.k === 'never';
    b.settle();
  }
  const tail = numberAt(code, node + 5 + numberAt(code, node + 4));
  const type = tail === 0 ? (diverges ? NEVER : UNIT) : b.infer(tail, expected);
  b.scope = scope;
  return diverges && tail === 0 ? NEVER : type;
}

function inferLet(b: Body, node: number): Type {
  const { code } = b;
  const [pattern, typeNode, value, otherwise] = listAt(b.file, node + 2, 4);
  const annotated = typeNode === 0 ? undefined : b.type(typeNode!);
  const actual = value === 0 ? freshVar() : b.infer(value!, annotated);
  if (annotated !== undefined) b.coerce(actual, annotated);
  if (otherwise !== 0) b.infer(otherwise!);
  b.bindPattern(pattern!, annotated ?? actual);
  const isJump = value !== 0 && actual.k === 'never' && code[value!] !== Node.macro;
  return isJump ? NEVER : UNIT;
}

/** `if`, whose condition may bind names for its block. */
export function inferIf(b: Body, node: number, expected: Type | undefined): Type {
  const [condition, then, otherwise] = listAt(b.file, node + 2, 3);
  const first = b.inScope(() => {
    b.infer(condition!);
    return b.infer(then!, expected);
  });
  if (otherwise === 0) return UNIT;
  return join(b, [first, b.infer(otherwise!, expected)]);
}

/** `let pattern = value` as a condition. */
export function inferLetCondition(b: Body, node: number): Type {
  const type = b.infer(numberAt(b.code, node + 3));
  b.bindPattern(numberAt(b.code, node + 2), type);
  return primitive('bool');
}

/** The type of alternatives: the first that is one, made one with the rest. */
function join(b: Body, types: readonly Type[]): Type {
  const known = types.map(shallow).filter((type) => type.k !== 'never');
  const leader = known.find((type) => type.k !== 'unknown' && type.k !== 'var') ?? known[0];
  if (leader === undefined) return types.length === 0 ? UNKNOWN : NEVER;
  for (const type of known) if (type !== leader) b.coerce(type, leader);
  return leader;
}

export function inferMatch(b: Body, node: number, expected: Type | undefined): Type {
  const { code } = b;
  const value = b.infer(numberAt(code, node + 2));
  const types: Type[] = [];
  for (let index = 0; index < numberAt(code, node + 3); index += 1) {
    const [pattern, guard, body] = listAt(b.file, node + 4 + index * 3, 3);
    const type = b.inScope(() => {
      b.bindPattern(pattern!, value);
      if (guard !== 0) b.infer(guard!);
      return b.infer(body!, expected);
    });
    types.push(type);
  }
  return join(b, types);
}

export function inferLoop(b: Body, node: number): Type {
  const breaks: Type[] = [];
  b.breaks.push(breaks);
  b.infer(numberAt(b.code, node + 2));
  b.breaks.pop();
  return breaks.length === 0 ? NEVER : join(b, breaks);
}

export function inferWhile(b: Body, node: number): Type {
  b.breaks.push([]);
  b.inScope(() => {
    b.infer(numberAt(b.code, node + 2));
    b.infer(numberAt(b.code, node + 3));
  });
  b.breaks.pop();
  return UNIT;
}

export function inferFor(b: Body, node: number): Type {
  const iterable = b.settled(b.infer(numberAt(b.code, node + 3)));
  const { intoIterator } = b.tools.std;
  const isKnown = intoIterator !== undefined && iterable.k !== 'var';
  const item = isKnown ? b.tools.selector.project(iterable, traitRef(intoIterator), 'Item') : null;
  b.breaks.push([]);
  b.inScope(() => {
    b.bindPattern(numberAt(b.code, node + 2), item ?? UNKNOWN);
    b.infer(numberAt(b.code, node + 4));
  });
  b.breaks.pop();
  return UNIT;
}

export function inferReturn(b: Body, node: number): Type {
  const value = numberAt(b.code, node + 2);
  b.coerce(value === 0 ? UNIT : b.infer(value, b.returnType), b.returnType);
  return NEVER;
}

export function inferBreak(b: Body, node: number): Type {
  const value = numberAt(b.code, node + 2);
  const type = value === 0 ? UNIT : b.infer(value);
  b.breaks[b.breaks.length - 1]?.push(type);
  return NEVER;
}

/** `x?`: the value inside; the rest leaves the function. */
export function inferTry(b: Body, node: number): Type {
  const type = b.settled(b.infer(numberAt(b.code, node + 2)));
  const { option, result } = b.tools.std;
  if (type.k !== 'adt' || (type.def !== option && type.def !== result)) return UNKNOWN;
  return b.settled(type.args[0] ?? UNKNOWN);
}

/** `x.await`. */
export function inferAwait(b: Body, node: number): Type {
  const type = b.settled(b.infer(numberAt(b.code, node + 2)));
  recordPoll(b, type, numberAt(b.code, node + 3));
  const into = b.tools.std.find('future::IntoFuture');
  if (into === undefined || type.k === 'var' || type.k === 'unknown') return UNKNOWN;
  return b.tools.selector.project(type, traitRef(into), 'Output') ?? UNKNOWN;
}

/** Awaiting a future of the repository runs its `poll`. */
function recordPoll(b: Body, type: Type, pos: number): void {
  const { future } = b.tools.std;
  if (future === undefined || type.k !== 'adt' || type.def.isStd) return;
  const poll = b.tools.selector.select(type, traitRef(future))?.impl?.members?.get('poll');
  if (poll !== undefined) b.tools.recorder.toDefinition(b.reference(pos, 'await'), poll, 'calls', 'await');
}

/** `#[cfg(..)]` on a statement or expression: what it holds exists in fewer configurations. */
export function inferCfg(b: Body, node: number): Type {
  const { mask } = b;
  const predicates = b.file.name(numberAt(b.code, node + 2)).split('\n');
  const own = mask & b.file.crate.cfg.maskOf(predicates);
  const inner = numberAt(b.code, node + 3);
  if ((own & mask & -mask) !== 0) return b.code[inner] === Node.stmtLet ? inferLet(b, inner) : b.infer(inner);
  // not part of the configuration the rest of the body is read in: its names stay inside
  b.mask = own === 0 ? mask : own;
  b.inScope(() => (b.code[inner] === Node.stmtLet ? inferLet(b, inner) : b.infer(inner)));
  b.mask = mask;
  return UNIT;
}
