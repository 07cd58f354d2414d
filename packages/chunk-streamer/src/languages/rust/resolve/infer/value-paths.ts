import { DefFlag, Node } from '../../facts.js';
import { entryAt, numberAt } from '../../indexed.js';
import { isGlobalPath, type PathSegment, segmentsOf } from '../code-reader.js';
import type { Reference } from '../edge-recorder.js';
import { reportPrivateMember } from '../member-problems.js';
import type { MemberHit } from '../method-lookup.js';
import { type Definition, Ns, type Resolved, type Scope } from '../model.js';
import { reportMissingName, reportUnknownName } from '../name-problems.js';
import { reportPrivate } from '../private-items.js';
import {
  freshVar,
  type ParamType,
  projectionOf,
  type Substitution,
  shallow,
  substitute,
  type TraitRef,
  type Type,
  traitRef,
  UNKNOWN,
} from '../types.js';
import type { Body } from './body.js';

/** What a path in an expression stands for. */
export type Value =
  | { kind: 'value'; type: Type }
  | {
      kind: 'function';
      def: Definition;
      map: Substitution;
      generics: number;
      open: { ref: TraitRef; self: Type } | null;
    }
  | { kind: 'constructor'; def: Definition; type: Type }
  | { kind: 'nothing' };

const NOTHING: Value = { kind: 'nothing' };

/** How the path is used; a function that is not called is passed on by name. */
export type PathUse = 'call' | 'value' | 'pattern' | 'struct';

/** Resolves a path expression and records what it names. */
export function resolveValue(b: Body, node: number, use: PathUse): Value {
  return b.code[node] === Node.qpath ? resolveQualified(b, node, use) : resolvePlain(b, node, use);
}

function resolvePlain(b: Body, node: number, use: PathUse): Value {
  const segments = segmentsOf(b.file, node);
  const first = entryAt(segments, 0);
  for (const { args } of segments) if (args !== 0) b.tools.typeReferences.visit(args, b.place, 'body-type');
  if (segments.length === 1) {
    const local = use === 'struct' ? undefined : b.local(first.name);
    if (local !== undefined) return { kind: 'value', type: local };
  }
  const self = selfOrParameter(b, first.name);
  if (self !== undefined) return resolveOnType(b, { type: self, rest: segments.slice(1), use });
  const { target, used, within } = b.tools.names.resolvePath({
    segments: segments.map((segment) => segment.name),
    scope: b.scope,
    ns: use === 'struct' ? Ns.type : Ns.value,
    mask: b.mask,
    global: isGlobalPath(b.file, node),
  });
  if (target === null) {
    const at = entryAt(segments, Math.min(used, segments.length - 1));
    b.unresolved(at.pos, at.name);
    if (within !== null && used > 0) reportMissing(b, at, within);
    else if (used === 0 && !isGlobalPath(b.file, node)) reportUnknown(b, at, segments.length > 1);
    return NOTHING;
  }
  if (b.tools.problems.isWanted && b.macros === 0) {
    const named = entryAt(segments, used - 1);
    reportPrivate(b.tools, { target, within }, { ...b.place, pos: named.pos, name: named.name });
  }
  if (used < segments.length) return resolveAssociated(b, target, { segments, used, use });
  return resolveTarget(b, target, { segments, use });
}

function selfOrParameter(b: Body, name: string): Type | undefined {
  if (name === 'Self') return b.env.self ?? UNKNOWN;
  return b.tools.lowering.generic(name, b.def);
}

/** A name by itself; a macro of another place may have declared it. */
function reportUnknown(b: Body, { name, pos }: PathSegment, isHead: boolean): void {
  if (b.macros === 0 && !b.hasForeignMacro) reportUnknownName(b.tools, { ...b.place, pos, name, isHead });
}

function reportMissing(b: Body, { name, pos }: PathSegment, within: Scope): void {
  if (b.foreignMacros === 0)
    reportMissingName(b.tools, within, { ...b.place, pos, name, isUnsure: b.macros > 0 });
}

interface Followed {
  segments: readonly PathSegment[];
  used: number;
  use: PathUse;
}

/** `Type::name`, `Trait::name`, `Alias::name`. */
function resolveAssociated(b: Body, target: Resolved, { segments, used, use }: Followed): Value {
  const owner = entryAt(segments, used - 1);
  b.tools.typeReferences.record(target, { ...b.place, pos: owner.pos, name: owner.name }, 'path-qualifier');
  if (target.tag === 'definition' && target.kind === 'trait' && used === segments.length - 1) {
    return resolveTraitFunction(b, {
      trait: target,
      args: owner.args,
      self: freshVar(),
      name: entryAt(segments, used),
    });
  }
  const type = b.tools.lowering.typeOf(target, owner.args, b.env);
  return resolveOnType(b, { type, rest: segments.slice(used), use });
}

/** A whole path: function, constructor, constant. */
function resolveTarget(
  b: Body,
  target: Resolved,
  { segments, use }: { segments: readonly PathSegment[]; use: PathUse },
): Value {
  const last = entryAt(segments, segments.length - 1);
  const reference = b.reference(last.pos, last.name);
  if (target.tag === 'primitive') return NOTHING;
  if (target.tag === 'external') {
    b.tools.recorder.external(reference, target.crate, target.path.join('::') || target.crate);
    return NOTHING;
  }
  switch (target.kind) {
    case 'function': {
      recordCall(b, { def: target, reference, reason: pathReason(segments, use) });
      return {
        kind: 'function',
        def: target,
        map: new Map<ParamType, Type>(),
        generics: last.args,
        open: null,
      };
    }
    case 'const':
    case 'static':
      b.tools.recorder.toDefinition(reference, target, 'uses_type', 'value');
      return { kind: 'value', type: constantType(b, target) };
    case 'variant':
      return resolveVariant(b, target, segments);
    case 'struct':
    case 'union':
    case 'enum':
    case 'type':
      return resolveConstructor(b, target, last);
    default:
      return NOTHING;
  }
}

function pathReason(segments: readonly PathSegment[], use: PathUse): string {
  if (use !== 'call') return 'fn-value';
  return segments.length > 1 ? 'path' : 'use-map';
}

function constantType(b: Body, def: Definition): Type {
  const isMacroMade = def.kind === 'static' && (def.fact.flags & DefFlag.inMacro) !== 0;
  return isMacroMade ? UNKNOWN : b.tools.lowering.aliasTarget(def);
}

function resolveVariant(b: Body, variant: Definition, segments: readonly PathSegment[]): Value {
  const last = entryAt(segments, segments.length - 1);
  const before = segments[segments.length - 2];
  const named = before ?? last;
  if (variant.owner !== undefined) {
    b.tools.recorder.toDefinition(b.reference(named.pos, named.name), variant.owner, 'uses_type', 'variant');
  }
  const args = last.args !== 0 ? last.args : (before?.args ?? 0);
  return { kind: 'constructor', def: variant, type: b.tools.lowering.typeOf(variant, args, b.env) };
}

function resolveConstructor(b: Body, target: Definition, last: PathSegment): Value {
  b.tools.recorder.toDefinition(b.reference(last.pos, last.name), target, 'uses_type', 'constructor');
  const type = shallow(b.tools.lowering.typeOf(target, last.args, b.env));
  return type.k === 'adt' ? { kind: 'constructor', def: type.def, type } : NOTHING;
}

interface OnType {
  type: Type;
  rest: readonly PathSegment[];
  use: PathUse;
}

/** What follows a type: a variant, an associated function or constant, or an associated type and its members. */
function resolveOnType(b: Body, { type, rest, use }: OnType): Value {
  const at = b.normalize(type);
  const [next, ...more] = rest;
  if (next === undefined) return at.k === 'adt' ? { kind: 'constructor', def: at.def, type: at } : NOTHING;
  const variant = at.k === 'adt' && at.def.kind === 'enum' ? at.def.variant(next.name) : undefined;
  if (variant !== undefined && more.length === 0) {
    b.tools.recorder.toDefinition(
      b.reference(next.pos, next.name),
      variant.owner ?? variant,
      'uses_type',
      'variant',
    );
    return { kind: 'constructor', def: variant, type: at };
  }
  if (more.length > 0) return resolveOnType(b, { type: projectionOf(at, null, next.name), rest: more, use });
  return resolveMember(b, at, next, use);
}

function resolveMember(b: Body, type: Type, name: PathSegment, use: PathUse): Value {
  const result = b.tools.methods.associated(type, name.name, b);
  if ('miss' in result) {
    const { crate, name: label } = result.miss;
    if (crate !== null) b.tools.recorder.external(b.reference(name.pos, name.name), crate, label);
    else b.unresolved(name.pos, name.name);
    if (!result.miss.ambiguous && b.foreignMacros === 0)
      b.tools.methodProblems.checkAssociated(type, { ...b.place, pos: name.pos, name: name.name });
    return NOTHING;
  }
  return useMember(b, result.hit, { name, use });
}

function useMember(b: Body, hit: MemberHit, { name, use }: { name: PathSegment; use: PathUse }): Value {
  const reference = b.reference(name.pos, name.name);
  const { def, map } = hit;
  if (hit.rule === 'inherent' && b.macros === 0)
    reportPrivateMember(b.tools, def, { ...b.place, pos: name.pos, name: name.name });
  if (def.kind === 'function') {
    const rule = hit.rule === 'inherent' ? 'associated-fn' : hit.rule;
    recordMember(b, hit, { reference, reason: use === 'call' ? rule : 'fn-value' });
    const open = hit.open === undefined ? null : { ref: hit.open, self: hit.self };
    return { kind: 'function', def, map, generics: name.args, open };
  }
  b.tools.recorder.toDefinition(reference, def, 'uses_type', 'associated-const');
  const type =
    def.fact.type === undefined
      ? UNKNOWN
      : b.tools.lowering.lower(def.fact.type, b.tools.lowering.envOf(def));
  return { kind: 'value', type: b.normalize(substitute(type, map)) };
}

interface TraitFunction {
  trait: Definition;
  args: number;
  self: Type;
  name: PathSegment;
}

/** `Trait::name`: which impl it is shows when `Self` is known. */
function resolveTraitFunction(b: Body, { trait, args, self, name }: TraitFunction): Value {
  const def = trait.members?.get(name.name);
  if (def === undefined || def.kind === 'type') {
    b.unresolved(name.pos, name.name);
    return NOTHING;
  }
  const bound = args === 0 ? [] : b.tools.lowering.argumentsFor(trait, args, b.env);
  const types = b.tools.lowering.paramsOf(trait).map((_, index) => bound[index] ?? freshVar());
  const ref = traitRef(trait, types);
  const map = b.tools.signatures.traitSubstitution(ref, self);
  const reference = b.reference(name.pos, name.name);
  if (def.kind !== 'function') return { kind: 'value', type: UNKNOWN };
  b.deferred.push({ self, ref, def, reference, isMember: false });
  return { kind: 'function', def, map, generics: name.args, open: { ref, self } };
}

/** `<T as Trait>::name` and `<T>::name`. */
function resolveQualified(b: Body, node: number, use: PathUse): Value {
  const self = b.type(numberAt(b.code, node + 2));
  const traitNode = numberAt(b.code, node + 3);
  const segments = segmentsOf(b.file, node);
  const name = segments[0];
  if (name === undefined) return NOTHING;
  if (traitNode === 0 || segments.length > 1) return resolveOnType(b, { type: self, rest: segments, use });
  b.tools.typeReferences.visit(traitNode, b.place, 'body-type');
  const ref = b.tools.lowering.lowerTrait(traitNode, b.env);
  if (ref === null || ref.trait.tag === 'external') {
    if (ref?.trait.tag === 'external')
      b.tools.recorder.external(b.reference(name.pos, name.name), ref.trait.crate, name.name);
    else b.unresolved(name.pos, name.name);
    return NOTHING;
  }
  const def = ref.trait.members?.get(name.name);
  if (def === undefined || def.kind !== 'function') return { kind: 'value', type: UNKNOWN };
  b.deferred.push({ self, ref, def, reference: b.reference(name.pos, name.name), isMember: false });
  return {
    kind: 'function',
    def,
    map: b.tools.signatures.traitSubstitution(ref, self),
    generics: name.args,
    open: { ref, self },
  };
}

/** Records a call once the function is known. */
function recordCall(
  b: Body,
  call: { def: Definition; reference: ReturnType<Body['reference']>; reason: string },
): void {
  b.tools.recorder.toDefinition(call.reference, call.def, 'calls', call.reason);
}

/** Records the call of a member that was found by type; which impl of a generic trait it is shows later. */
export function recordMember(b: Body, hit: MemberHit, call: { reference: Reference; reason: string }): void {
  const { def, open, self } = hit;
  if (open === undefined) recordCall(b, { def, ...call });
  else b.deferred.push({ self, ref: open, def, reference: call.reference, isMember: true });
}

/** Binds the calls of trait functions whose `Self` is known by now: to the impl's function, else to the trait's. */
export function finishDeferred(b: Body): void {
  for (const { self, ref, def, reference, isMember } of b.deferred) {
    const type = b.settled(self);
    const found = isDecided(b, type, ref) ? b.tools.selector.select(type, ref) : null;
    const own = found?.impl?.members?.get(def.name);
    if (own !== undefined) recordCall(b, { def: own, reference, reason: 'trait-path-impl' });
    else if (isMember && !def.isStd && found === null) b.unresolved(reference.pos, reference.name);
    else recordCall(b, { def, reference, reason: 'trait-path' });
  }
}

/** The standard library implements its generic traits for its own types many times: only known arguments decide. */
function isDecided(b: Body, type: Type, ref: TraitRef): boolean {
  if (type.k === 'var' || type.k === 'unknown') return false;
  const isOwn = type.k === 'adt' && !type.def.isStd;
  return isOwn || ref.args.every((arg) => isSettled(b.normalize(arg)));
}

function isSettled(type: Type): boolean {
  return type.k !== 'unknown' && (type.k !== 'var' || type.numeric);
}
