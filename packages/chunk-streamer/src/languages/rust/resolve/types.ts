import { entryAt } from '../indexed.js';
import type { Definition, External } from './model.js';

/** A struct, enum or union of the repository or of the standard library's picture. */
export interface AdtType {
  k: 'adt';
  def: Definition;
  args: readonly Type[];
}

/** A type of a crate that is not in the repository. */
export interface ForeignType {
  k: 'foreign';
  path: External;
  args: readonly Type[];
}

/** A generic parameter, `Self` of a trait, or an `impl Trait` argument. One object a parameter. */
export interface ParamType {
  k: 'param';
  name: string;
  owner: Definition;
  /** Bounds of an `impl Trait` argument, which no predicate names. */
  bounds: readonly TraitRef[];
}

export interface RefType {
  k: 'ref';
  inner: Type;
  mut: boolean;
}

export interface PointerType {
  k: 'ptr';
  inner: Type;
}

export interface TupleType {
  k: 'tuple';
  items: readonly Type[];
}

/** A slice or an array. */
export interface SequenceType {
  k: 'slice' | 'array';
  item: Type;
}

export interface PrimitiveType {
  k: 'prim';
  name: string;
}

/** A function pointer, function item or closure. */
export interface FnType {
  k: 'fn';
  params: readonly Type[];
  ret: Type;
}

/** `dyn A + B`, or what an `impl A` return type is known by. */
export interface BoundedType {
  k: 'dyn' | 'opaque';
  bounds: readonly TraitRef[];
}

/** `<T as Trait>::Name` that could not be computed yet; the trait is null in `T::Name`. */
export interface ProjectionType {
  k: 'proj';
  self: Type;
  trait: TraitRef | null;
  name: string;
}

/** A type to be inferred. */
export interface VarType {
  k: 'var';
  to: Type | null;
  /** Integer or float literals without suffix. */
  numeric: boolean;
}

export interface NeverType {
  k: 'never';
}

/** Nothing is known, and nothing may be concluded. */
export interface UnknownType {
  k: 'unknown';
}

export type Type =
  | AdtType
  | ForeignType
  | ParamType
  | RefType
  | PointerType
  | TupleType
  | SequenceType
  | PrimitiveType
  | FnType
  | BoundedType
  | ProjectionType
  | VarType
  | NeverType
  | UnknownType;

/** A trait with its arguments. */
export interface TraitRef {
  trait: Definition | External;
  args: readonly Type[];
  /** `Item = T`. */
  assoc: readonly (readonly [string, Type])[];
}

export const UNKNOWN: UnknownType = { k: 'unknown' };
export const NEVER: NeverType = { k: 'never' };
export const UNIT: TupleType = { k: 'tuple', items: [] };

/** `&inner`; references, traits and projections are made in one place each, so that all of a kind have one shape. */
export function referenceTo(inner: Type, mut: boolean): RefType {
  return { k: 'ref', inner, mut };
}

export function projectionOf(self: Type, trait: TraitRef | null, name: string): ProjectionType {
  return { k: 'proj', self, trait, name };
}

export function traitRef(
  trait: TraitRef['trait'],
  args: TraitRef['args'] = [],
  assoc: TraitRef['assoc'] = [],
): TraitRef {
  return { trait, args, assoc };
}

export function primitive(name: string): PrimitiveType {
  return { k: 'prim', name };
}

export function freshVar(numeric = false): VarType {
  return { k: 'var', to: null, numeric };
}

/** Follows solved variables at the top of a type. */
export function shallow(type: Type): Type {
  let at = type;
  while (at.k === 'var' && at.to !== null) at = at.to;
  return at;
}

export type Substitution = ReadonlyMap<ParamType, Type>;

/** Replaces parameters; gives the same object back where nothing changes. */
export function substitute(type: Type, map: Substitution): Type {
  if (map.size === 0) return type;
  return rewrite(type, (leaf) => (leaf.k === 'param' ? map.get(leaf) : undefined));
}

export function substituteTrait(ref: TraitRef, map: Substitution): TraitRef {
  if (map.size === 0) return ref;
  return rewriteTrait(ref, (leaf) => (leaf.k === 'param' ? map.get(leaf) : undefined));
}

type Replace = (leaf: Type) => Type | undefined;

/** Rebuilds a type bottom-up from replaced leaves. */
export function rewrite(type: Type, replace: Replace): Type {
  const own = replace(type);
  if (own !== undefined) return own;
  switch (type.k) {
    case 'adt': {
      const args = rewriteAll(type.args, replace);
      return args === type.args ? type : { k: 'adt', def: type.def, args };
    }
    case 'foreign': {
      const args = rewriteAll(type.args, replace);
      return args === type.args ? type : { k: 'foreign', path: type.path, args };
    }
    case 'ref': {
      const inner = rewrite(type.inner, replace);
      return inner === type.inner ? type : referenceTo(inner, type.mut);
    }
    case 'ptr': {
      const inner = rewrite(type.inner, replace);
      return inner === type.inner ? type : { k: 'ptr', inner };
    }
    case 'tuple': {
      const items = rewriteAll(type.items, replace);
      return items === type.items ? type : { k: 'tuple', items };
    }
    case 'slice':
    case 'array': {
      const item = rewrite(type.item, replace);
      return item === type.item ? type : { k: type.k, item };
    }
    case 'fn':
      return { k: 'fn', params: rewriteAll(type.params, replace), ret: rewrite(type.ret, replace) };
    case 'dyn':
    case 'opaque':
      return { k: type.k, bounds: type.bounds.map((bound) => rewriteTrait(bound, replace)) };
    case 'proj': {
      const trait = type.trait === null ? null : rewriteTrait(type.trait, replace);
      return projectionOf(rewrite(type.self, replace), trait, type.name);
    }
    case 'var':
      return type.to === null ? type : rewrite(type.to, replace);
    default:
      return type;
  }
}

function rewriteAll(types: readonly Type[], replace: Replace): readonly Type[] {
  let changed: Type[] | undefined;
  types.forEach((type, index) => {
    const next = rewrite(type, replace);
    if (next === type && changed === undefined) return;
    changed ??= types.slice(0, index);
    changed[index] = next;
  });
  return changed ?? types;
}

function rewriteTrait(ref: TraitRef, replace: Replace): TraitRef {
  const assoc = ref.assoc.map(([name, type]) => [name, rewrite(type, replace)] as const);
  return traitRef(ref.trait, rewriteAll(ref.args, replace), assoc);
}

/** True when two types are written the same, variables followed. */
export function isEqual(left: Type, right: Type): boolean {
  const a = shallow(left);
  const b = shallow(right);
  if (a === b) return true;
  if (a.k !== b.k) return false;
  switch (a.k) {
    case 'adt':
      return a.def === (b as AdtType).def && areEqual(a.args, (b as AdtType).args);
    case 'foreign':
      return headOf(a) === headOf(b) && areEqual(a.args, (b as ForeignType).args);
    case 'ref':
    case 'ptr':
      return isEqual(a.inner, (b as RefType).inner);
    case 'tuple':
      return areEqual(a.items, (b as TupleType).items);
    case 'slice':
    case 'array':
      return isEqual(a.item, (b as SequenceType).item);
    case 'prim':
      return a.name === (b as PrimitiveType).name;
    case 'proj':
      return a.name === (b as ProjectionType).name && isEqual(a.self, (b as ProjectionType).self);
    case 'never':
      return true;
    default:
      return false;
  }
}

function areEqual(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, index) => isEqual(type, entryAt(b, index)));
}

/** What an impl index files a type under; undefined for types only a blanket impl can match. */
export function headOf(type: Type): string | undefined {
  switch (type.k) {
    case 'adt':
      return `#${type.def.id}`;
    case 'foreign':
      return `${type.path.crate}::${type.path.path.join('::')}`;
    case 'prim':
      return type.name;
    case 'ref':
      return '&';
    case 'ptr':
      return '*';
    case 'tuple':
      return `(${type.items.length})`;
    case 'slice':
      return '[]';
    case 'array':
      return '[;]';
    case 'fn':
      return 'fn';
    case 'dyn': {
      const first = type.bounds[0]?.trait;
      return first === undefined
        ? 'dyn'
        : `dyn ${first.tag === 'definition' ? first.id : first.path.join('::')}`;
    }
    default:
      return undefined;
  }
}
