import { DefFlag, Node } from '../../facts.js';
import { numberAt } from '../../indexed.js';
import { isBuilt } from '../cfg-worlds.js';
import { genericArguments, listAt } from '../code-reader.js';
import { isAsWritten, reportPrivateMember, reportTupleArity } from '../member-problems.js';
import type { MemberHit, MemberMiss } from '../method-lookup.js';
import { type Definition, Ns } from '../model.js';
import type { Predicate } from '../signatures.js';
import {
  type FnType,
  freshVar,
  type ParamType,
  type Substitution,
  shallow,
  substitute,
  substituteTrait,
  type TraitRef,
  type Type,
  traitRef,
  UNKNOWN,
} from '../types.js';
import type { Body } from './body.js';
import { recordMember, resolveValue } from './value-paths.js';

/** `callee(args)`. */
export function inferCall(b: Body, node: number): Type {
  const callee = numberAt(b.code, node + 2);
  const args = listAt(b.file, node + 4, numberAt(b.code, node + 3));
  if (b.code[callee] !== Node.pathExpr) return callValue(b, b.infer(callee), args);
  const value = resolveValue(b, numberAt(b.code, callee + 2), 'call');
  switch (value.kind) {
    case 'function':
      return callFunction(b, {
        def: value.def,
        map: value.map,
        generics: value.generics,
        args,
        withSelf: true,
        receiver: null,
        pos: numberAt(b.code, node + 1),
        open: value.open,
      });
    case 'constructor':
      return callConstructor(b, { def: value.def, type: value.type, args, pos: numberAt(b.code, node + 1) });
    case 'value':
      return callValue(b, value.type, args);
    default:
      inferAll(b, args);
      return UNKNOWN;
  }
}

function inferAll(b: Body, nodes: Iterable<number>): void {
  for (const node of nodes) b.infer(node);
}

/** The value of a tuple struct or variant. */
function callConstructor(
  b: Body,
  call: { def: Definition; type: Type; args: Int32Array; pos: number },
): Type {
  if (b.tools.problems.isWanted && b.foreignMacros === 0) {
    const { def, args, pos } = call;
    reportTupleArity(b.tools, def, { count: args.length, place: { ...b.place, pos, name: def.name } });
  }
  const map = parametersOf(b, call.type);
  const fields = b.tools.signatures.fieldsOf(call.def);
  call.args.forEach((arg, index) => {
    const field = fields[index];
    const wanted = field === undefined ? UNKNOWN : substitute(field.type, map);
    b.coerce(b.infer(arg, wanted), wanted);
  });
  return call.type;
}

/** Parameters of a type's definition with the arguments it has. */
export function parametersOf(b: Body, type: Type): Substitution {
  if (type.k !== 'adt') return new Map<ParamType, Type>();
  return new Map(
    b.tools.lowering.paramsOf(type.def).map((param, index) => [param, type.args[index] ?? UNKNOWN] as const),
  );
}

/** A call of a closure, function pointer or anything known by an `Fn` bound. */
function callValue(b: Body, callee: Type, args: Int32Array): Type {
  const signature = fnOf(b, callee);
  args.forEach((arg, index) => {
    const wanted = signature?.params[index] ?? UNKNOWN;
    b.coerce(b.infer(arg, wanted), wanted);
  });
  return signature === null ? UNKNOWN : b.normalize(signature.ret);
}

/** The function type behind a value, through references and smart pointers; null when it is none. */
function fnOf(b: Body, type: Type): FnType | null {
  let step: Type | null = b.settled(type);
  for (let count = 0; step !== null && count < 4; count += 1) {
    if (step.k === 'fn') return step;
    const bound = b.tools.selector.boundsOf(step).find((ref) => isFnRef(b, ref));
    if (bound !== undefined) return fnOfBound(bound);
    step = b.tools.methods.deref(step);
  }
  return null;
}

function isFnRef(b: Body, ref: TraitRef): boolean {
  return ref.trait.tag === 'definition' && b.tools.std.isFnTrait(ref.trait);
}

function fnOfBound(ref: TraitRef): FnType {
  const tuple = ref.args[0];
  const ret = ref.assoc.find(([name]) => name === 'Output')?.[1] ?? UNKNOWN;
  return { k: 'fn', params: tuple?.k === 'tuple' ? tuple.items : [], ret };
}

/** `receiver.name(args)`. */
export function inferMethod(b: Body, node: number): Type {
  const { code } = b;
  const receiverNode = numberAt(code, node + 2);
  const name = b.file.name(numberAt(code, node + 3));
  const pos = numberAt(code, node + 4);
  const generics = numberAt(code, node + 5);
  const args = listAt(b.file, node + 7, numberAt(code, node + 6));
  if (generics !== 0) b.tools.typeReferences.visit(generics, b.place, 'body-type');
  const receiver = b.settled(b.infer(receiverNode));
  const result = b.tools.methods.method(receiver, { name, argCount: args.length }, b);
  if ('miss' in result) {
    recordMiss(b, { pos, name, receiver, miss: result.miss });
    inferAll(b, args);
    return UNKNOWN;
  }
  const { hit } = result;
  if (b.tools.problems.isWanted && hit.rule === 'inherent' && b.macros === 0)
    reportPrivateMember(b.tools, hit.def, { ...b.place, pos, name });
  recordMember(b, hit, { reference: b.reference(pos, name), reason: methodReason(b, receiverNode, hit) });
  const open = hit.open === undefined ? null : { ref: hit.open, self: hit.self };
  const { def, map } = hit;
  return callFunction(b, { def, map, generics, args, withSelf: false, receiver, pos, open });
}

function recordMiss(b: Body, call: { pos: number; name: string; receiver: Type; miss: MemberMiss }): void {
  const { pos, name, miss } = call;
  if (miss.crate !== null) {
    b.tools.recorder.external(b.reference(pos, name), miss.crate, miss.name);
    return;
  }
  b.unresolved(pos, name);
  if (!miss.ambiguous && b.macros === 0)
    b.tools.methodProblems.check(call.receiver, { ...b.place, pos, name });
}

/** Inherent methods are told apart by how the receiver's type was known, the others by the trait's rule. */
function methodReason(b: Body, receiver: number, hit: MemberHit): string {
  if (hit.rule !== 'inherent') return hit.rule;
  const { code } = b;
  switch (code[receiver]) {
    case Node.pathExpr: {
      const path = numberAt(code, receiver + 2);
      const isSelf =
        code[path] === Node.path && code[path + 3] === 1 && b.file.name(numberAt(code, path + 4)) === 'self';
      return isSelf ? 'self-method' : 'local-type';
    }
    case Node.field:
      return 'field-type';
    case Node.call:
    case Node.method:
      return 'return-type';
    default:
      return 'expression-type';
  }
}

interface FunctionCall {
  def: Definition;
  map: Substitution;
  /** Node of the turbofish, 0 without one. */
  generics: number;
  args: Int32Array;
  /** `Type::method(receiver)`: the receiver is the first argument. */
  withSelf: boolean;
  /** What the method is called on, null for a path. */
  receiver: Type | null;
  pos: number;
  /** A generic trait whose impl the arguments decide. */
  open: { ref: TraitRef; self: Type } | null;
}

/** Types a call: arguments against parameters, closures last, then the bounds, then the result. */
function callFunction(b: Body, call: FunctionCall): Type {
  const { def, args } = call;
  const signature = b.tools.signatures.signatureOf(def);
  const map = instantiate(b, call);
  const receiver = call.withSelf && signature.self !== null ? [signature.self] : [];
  const declared = [...receiver, ...signature.params];
  checkArity(b, call, declared.length);
  const predicates = predicatesOfCall(b, def);
  const late: number[] = [];
  args.forEach((arg, index) => {
    if (b.code[arg] === Node.closure) late.push(index);
    else passArgument(b, { arg, declared: declared[index], map, predicates });
  });
  proveBounds(b, predicates, map);
  for (const index of late)
    passArgument(b, { arg: numberAt(args, index), declared: declared[index], map, predicates });
  if (late.length > 0) proveBounds(b, predicates, map);
  // the chosen impl tells the trait's arguments, which the result may name
  if (call.open !== null) b.tools.selector.select(call.open.self, call.open.ref);
  return b.normalize(substitute(signature.ret, map));
}

function instantiate(b: Body, { def, map, generics }: FunctionCall): Map<ParamType, Type> {
  const full = new Map(map);
  const signature = b.tools.signatures.signatureOf(def);
  const hasList = generics !== 0 && b.code[generics] === Node.args;
  const written = hasList ? b.tools.lowering.lowerAll(genericArguments(b.file, generics).types, b.env) : [];
  signature.generics.forEach((param, index) => full.set(param, written[index] ?? freshVar()));
  return full;
}

function predicatesOfCall(b: Body, def: Definition): readonly Predicate[] {
  const own = b.tools.signatures.predicatesOf(def);
  const { owner } = def;
  if (owner?.kind !== 'impl') return own;
  const outer = b.tools.signatures.predicatesOf(owner);
  return outer.length === 0 ? own : [...own, ...outer];
}

interface Argument {
  arg: number;
  declared: Type | undefined;
  map: Substitution;
  predicates: readonly Predicate[];
}

function passArgument(b: Body, { arg, declared, map, predicates }: Argument): void {
  if (declared === undefined) {
    b.infer(arg);
    return;
  }
  const wanted = substitute(declared, map);
  const expected = expectedFn(b, declared, predicates);
  const actual = b.infer(arg, expected === null ? wanted : b.normalize(substitute(expected, map)));
  b.coerce(actual, wanted);
}

/** The function type a closure for this parameter has, in terms of the callee's parameters. */
function expectedFn(b: Body, declared: Type, predicates: readonly Predicate[]): FnType | null {
  if (declared.k === 'fn') return declared;
  if (declared.k === 'ref') return expectedFn(b, declared.inner, predicates);
  if (declared.k !== 'param' && declared.k !== 'dyn') return null;
  const bounds = [
    ...declared.bounds,
    ...predicates.filter(({ type }) => type === declared).map(({ ref }) => ref),
  ];
  const bound = bounds.find((ref) => isFnRef(b, ref));
  return bound === undefined ? null : fnOfBound(bound);
}

function proveBounds(b: Body, predicates: readonly Predicate[], map: Substitution): void {
  for (const { type, ref } of predicates) {
    const subject = b.normalize(substitute(type, map));
    const wanted = substituteTrait(ref, map);
    const isOpen = subject.k === 'var' || b.tools.selector.holds(subject, wanted) === 'maybe';
    if (isOpen && subject.k !== 'unknown') b.promise({ type: subject, ref: wanted });
  }
}

function checkArity(b: Body, call: FunctionCall, count: number): void {
  const { def, args, pos } = call;
  if (args.length === count || b.foreignMacros > 0) return;
  if (args.some((arg) => b.code[arg] === Node.cfg)) return;
  if ((def.fact.flags & (DefFlag.variadic | DefFlag.cfgParams)) !== 0) return;
  const message = `${def.name} takes ${count} argument${count === 1 ? '' : 's'}, ${args.length} given`;
  const isPlain =
    isAsWritten(def) &&
    (def.owner === undefined || (def.owner.kind === 'impl' && isAsWritten(def.owner))) &&
    (def.owner !== undefined || !b.hasForeignMacro) &&
    b.macros === 0 &&
    !def.isStd &&
    (def.owner === undefined ||
      isFoundFirst(b, call) ||
      !b.tools.macroWords.mayDefineIn(b.scope.crate, def.name));
  b.tools.problems.add(
    'wrong_arity',
    { ...b.place, pos, name: '' },
    { message, certain: isPlain && isBuilt(b.mask & def.mask) && hasNoTwin(def) },
  );
}

/**
 * True for a function of a type itself that nothing a macro makes can hide: another one of the type would be a conflict, and
 * those of traits come after it where the receiver is what the method takes.
 */
function isFoundFirst(b: Body, { def, receiver }: FunctionCall): boolean {
  if (def.owner?.kind !== 'impl' || def.owner.fact.trait !== undefined) return false;
  if (receiver === null) return true;
  const { self } = b.tools.signatures.signatureOf(def);
  if (self?.k !== 'ref' || receiver.k !== 'ref') return self?.k === receiver.k;
  return self.mut === receiver.mut;
}

/** Twins under different configurations may take different arguments. */
function hasNoTwin(def: Definition): boolean {
  if (def.owner !== undefined) return def.owner.twins.filter(({ name }) => name === def.name).length <= 1;
  return (def.scope.names.get(def.name)?.filter(({ ns }) => (ns & Ns.value) !== 0).length ?? 0) <= 1;
}

/** A closure: parameters from its annotations, else from what is expected. */
export function inferClosure(b: Body, node: number, expected: Type | undefined): Type {
  const { code } = b;
  const wanted = expected === undefined ? null : fnOf(b, expected);
  const count = numberAt(code, node + 3);
  const retNode = numberAt(code, node + 4);
  const returnType = retNode === 0 ? freshVar() : b.type(retNode);
  const outer = b.returnType;
  b.returnType = returnType;
  const params: Type[] = [];
  const body = b.inScope(() => {
    for (let index = 0; index < count; index += 1) {
      const at = node + 6 + index * 2;
      const annotated = numberAt(code, at + 1);
      const given = wanted?.params[index];
      const type = annotated === 0 ? (given ?? freshVar()) : b.type(annotated);
      if (annotated !== 0 && given !== undefined) b.coerce(type, given);
      params.push(type);
      b.bindPattern(numberAt(code, at), type);
    }
    return b.infer(numberAt(code, node + 5), wanted?.ret);
  });
  b.coerce(body, returnType);
  b.returnType = outer;
  const isAsync = code[node + 2] === 1;
  const ret = isAsync ? futureOf(b, returnType) : returnType;
  if (wanted !== null) b.coerce(ret, wanted.ret);
  const known = shallow(ret).k === 'var' && shallow(body).k === 'never' ? body : ret;
  return { k: 'fn', params, ret: known };
}

/** `impl Future<Output = T>`. */
export function futureOf(b: Body, output: Type): Type {
  const { future } = b.tools.std;
  return future === undefined
    ? UNKNOWN
    : { k: 'opaque', bounds: [traitRef(future, [], [['Output', output]])] };
}
