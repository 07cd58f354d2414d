import { entryAt } from '../indexed.js';
import { hasProjection } from './has-projection.js';
import type { ImplIndex } from './impl-index.js';
import { DERIVABLE, MARKERS, MODELLED } from './known-traits.js';
import { type Definition, type External } from './model.js';
import type { Predicate, Signatures } from './signatures.js';
import {
  freshVar,
  headOf,
  isEqual,
  type ParamType,
  type ProjectionType,
  primitive,
  projectionOf,
  rewrite,
  shallow,
  substitute,
  substituteTrait,
  type TraitRef,
  type Type,
  traitRef,
  UNKNOWN,
} from './types.js';
import { areApart, type Unifier } from './unify.js';

/** How a type comes to a trait. */
export interface Selection {
  kind: 'impl' | 'bound' | 'builtin';
  /** The trait with the arguments it is implemented with. */
  ref: TraitRef;
  impl: Definition | undefined;
  map: ReadonlyMap<ParamType, Type> | undefined;
}

export type Answer = 'yes' | 'no' | 'maybe';

const MAX_DEPTH = 5;

/** Chooses impls, proves bounds and computes associated types, for code that may rely on `predicates`. */
export class Selector {
  readonly signatures: Signatures;
  readonly index: ImplIndex;
  readonly unifier: Unifier;
  predicates: readonly Predicate[] = [];
  private depth = 0;

  constructor(signatures: Signatures, index: ImplIndex, unifier: Unifier) {
    this.signatures = signatures;
    this.index = index;
    this.unifier = unifier;
  }

  /** How `type` implements the trait; null when it does not or when more than one way is left. */
  select(type: Type, wanted: TraitRef): Selection | null {
    if (wanted.trait.tag === 'external' || this.depth > MAX_DEPTH) return null;
    this.depth += 1;
    const at = this.normalize(type);
    if (at.k === 'unknown' || at.k === 'never') {
      this.depth -= 1;
      return null;
    }
    const found =
      this.fromBounds(at, wanted) ??
      this.fromLanguage(at, wanted, wanted.trait) ??
      this.fromImpls(at, wanted, wanted.trait);
    this.depth -= 1;
    return found;
  }

  /** True when some impl, bound or rule gives the trait to the type, whatever its arguments. */
  isImplemented(type: Type, trait: Definition): boolean {
    const at = this.normalize(type);
    const wanted = traitRef(trait);
    const mark = this.unifier.mark();
    const known = (this.fromBounds(at, wanted) ?? this.fromLanguage(at, wanted, trait)) !== null;
    const found = known || this.candidatesOf(at, trait).some((impl) => this.tryImpl(impl, at, wanted));
    this.unifier.rollback(mark);
    return found;
  }

  private tryImpl(impl: Definition, type: Type, wanted: TraitRef): boolean {
    const mark = this.unifier.mark();
    const fits = this.matchImpl(impl, type, wanted) !== null;
    this.unifier.rollback(mark);
    return fits;
  }

  private candidatesOf(type: Type, trait: Definition): Definition[] {
    const impls = this.index.byTrait.get(trait);
    const head = headOf(type);
    if (impls === undefined || (head === undefined && type.k === 'var')) return [];
    return [...(head === undefined ? [] : (impls.byHead.get(head) ?? [])), ...impls.blanket];
  }

  private fromBounds(type: Type, wanted: TraitRef): Selection | null {
    for (const ref of this.boundsOf(type)) {
      if (ref.trait === wanted.trait && this.fits(ref, wanted))
        return { kind: 'bound', ref, impl: undefined, map: undefined };
    }
    return null;
  }

  private fits(ref: TraitRef, wanted: TraitRef): boolean {
    const mark = this.unifier.mark();
    const fits = wanted.args.every((arg, index) => this.unifier.unify(arg, ref.args[index] ?? UNKNOWN));
    if (!fits) this.unifier.rollback(mark);
    return fits;
  }

  /** Functions implement the `Fn` traits; derives stand for impls nobody wrote. */
  private fromLanguage(type: Type, wanted: TraitRef, trait: Definition): Selection | null {
    const { std } = this.signatures.lowering;
    if (type.k === 'fn' && std.isFnTrait(trait)) {
      const ref = traitRef(trait, [{ k: 'tuple', items: type.params }], [['Output', type.ret]]);
      return this.fits(ref, wanted) ? builtin(ref) : null;
    }
    if (
      type.k === 'adt' &&
      trait.isStd &&
      DERIVABLE.has(trait.name) &&
      type.def.fact.derives?.includes(trait.name) === true
    ) {
      return builtin(traitRef(trait));
    }
    return null;
  }

  private fromImpls(type: Type, wanted: TraitRef, trait: Definition): Selection | null {
    const impls = this.index.byTrait.get(trait);
    if (impls === undefined) return null;
    const concrete = type.k === 'var' && type.numeric ? primitive('i32') : type;
    const head = headOf(concrete);
    if (head === undefined && concrete.k === 'var') return null;
    const direct = head === undefined ? [] : (impls.byHead.get(head) ?? []);
    // a blanket impl is the second choice: where both seem to fit, the proof of its bounds was a guess
    const choice =
      this.pickFitting(direct, concrete, wanted) ?? this.pickFitting(impls.blanket, concrete, wanted);
    return choice === undefined || choice === 'several' || this.isGuess(choice, concrete)
      ? null
      : this.matchImpl(choice, concrete, wanted);
  }

  /** The only impl that fits, or of twins under different configurations the preferred one; stops where two fit at once. */
  private pickFitting(
    impls: readonly Definition[],
    type: Type,
    wanted: TraitRef,
  ): Definition | 'several' | undefined {
    let choice: Definition | undefined;
    for (const impl of impls) {
      if (!this.tryImpl(impl, type, wanted)) continue;
      if (choice !== undefined && (impl.mask & choice.mask) !== 0) return 'several';
      if (choice === undefined || (impl.mask & -impl.mask) < (choice.mask & -choice.mask)) choice = impl;
    }
    return choice;
  }

  /** An impl of the repository that fits only because part of the type is unknown is no answer. */
  private isGuess(impl: Definition, type: Type): boolean {
    if (impl.isStd) return false;
    const { guesses } = this.unifier;
    const mark = this.unifier.mark();
    this.matchSelf(impl, type);
    this.unifier.rollback(mark);
    return this.unifier.guesses > guesses;
  }

  private matchImpl(impl: Definition, type: Type, wanted: TraitRef): Selection | null {
    const ref = this.signatures.implTrait(impl);
    if (ref === null || wanted.args.some((arg, index) => areApart(arg, ref.args[index] ?? UNKNOWN)))
      return null;
    const map = this.matchSelf(impl, type);
    if (map === null) return null;
    const own = substituteTrait(ref, map);
    if (!this.fits(own, wanted)) return null;
    if (!this.areBoundsMet(impl, map)) return null;
    return { kind: 'impl', ref: own, impl, map };
  }

  /** Parameters of an impl for a given self type; null when the impl is for other types. */
  matchSelf(impl: Definition, type: Type): ReadonlyMap<ParamType, Type> | null {
    const { lowering } = this.signatures;
    const written = lowering.implSelf(impl);
    if (areApart(written, type)) return null;
    const map = new Map<ParamType, Type>(lowering.paramsOf(impl).map((param) => [param, freshVar()]));
    const self = substitute(written, map);
    if (self.k === 'unknown') return null;
    const shape = this.normalize(self);
    return this.unifier.unify(shape, type) ? map : null;
  }

  /** False when a bound of the impl surely fails, or cannot be proved where a wrong guess would bind a call. */
  areBoundsMet(impl: Definition, map: ReadonlyMap<ParamType, Type>): boolean {
    const self = this.signatures.lowering.implSelf(impl);
    const isForOwnType = self.k === 'adt' && !self.def.isStd;
    return this.signatures.predicatesOf(impl).every(({ type, ref }) => {
      const subject = substitute(type, map);
      const answer = this.holds(subject, substituteTrait(ref, map));
      // an impl for a type of the repository says which type it is for; any other may catch too much
      return (
        answer === 'yes' || (answer === 'maybe' && (isForOwnType || impl.isStd || this.isHarmless(subject)))
      );
    });
  }

  /** A guess about a type of the standard library does no harm; one about a foreign or open type may. */
  private isHarmless(type: Type): boolean {
    const at = shallow(type);
    return at.k !== 'foreign' && at.k !== 'unknown' && at.k !== 'proj' && at.k !== 'opaque' && at.k !== 'var';
  }

  holds(type: Type, bound: TraitRef): Answer {
    const at = this.normalize(type);
    const ref = this.normalizeTrait(bound);
    if (at.k === 'unknown' || at.k === 'var' || at.k === 'never') return 'maybe';
    if (ref.trait.tag === 'external') return this.holdsForeign(at, ref.trait);
    if (ref.trait.isStd && MARKERS.has(ref.trait.name)) return 'yes';
    if (this.depth > MAX_DEPTH) return 'maybe';
    const mark = this.unifier.mark();
    const found = this.select(at, ref);
    if (found !== null) {
      this.bindAssociated(found, ref, at);
      return 'yes';
    }
    this.unifier.rollback(mark);
    return this.isUnsure(at, ref.trait) ? 'maybe' : 'no';
  }

  /** A trait from outside the repository holds where a bound or an impl of the repository says so. */
  private holdsForeign(type: Type, trait: External): Answer {
    if (this.boundsOf(type).some((ref) => ref.trait.tag === 'external' && isSameForeign(ref.trait, trait)))
      return 'yes';
    const impls = this.index.foreignTraitHeads.get(headOf(type) ?? '') ?? [];
    const isImplemented = impls.some((impl) => {
      const own = this.signatures.implTrait(impl)?.trait;
      return own?.tag === 'external' && isSameForeign(own, trait);
    });
    return isImplemented ? 'yes' : 'maybe';
  }

  /** `Item = T` of a wanted bound tells what `T` is. */
  private bindAssociated(found: Selection, wanted: TraitRef, self: Type): void {
    for (const [name, type] of wanted.assoc) {
      const value = this.associated(found, name, self);
      if (value !== null) this.unifier.unify(type, value);
    }
  }

  /** The picture of the standard library is not whole, and foreign types may implement anything. */
  private isUnsure(type: Type, trait: Definition): boolean {
    if (type.k === 'foreign') return true;
    if (!trait.isStd) return type.k === 'proj' || type.k === 'opaque';
    if (MODELLED.has(trait.name)) return type.k === 'proj' || type.k === 'opaque';
    return type.k !== 'adt' || type.def.isStd;
  }

  /** Bounds a type is known by, supertraits included. */
  boundsOf(type: Type): TraitRef[] {
    const direct: TraitRef[] = [];
    if (type.k === 'dyn' || type.k === 'opaque' || type.k === 'param') direct.push(...type.bounds);
    if (type.k === 'proj') direct.push(...this.declaredBounds(type));
    if (type.k === 'param' || type.k === 'proj' || type.k === 'adt' || type.k === 'ref') {
      for (const predicate of this.predicates) {
        if (isEqual(predicate.type, type)) direct.push(predicate.ref);
      }
    }
    if (direct.length === 0) return direct;
    const all: TraitRef[] = [];
    for (const ref of direct) this.addWithSupertraits(ref, type, all);
    return all;
  }

  private addWithSupertraits(ref: TraitRef, self: Type, all: TraitRef[]): void {
    if (
      all.some(
        (known) =>
          known.trait === ref.trait &&
          known.args.length === ref.args.length &&
          known.args.every((arg, i) => isEqual(arg, entryAt(ref.args, i))),
      )
    )
      return;
    all.push(ref);
    if (ref.trait.tag === 'external') return;
    const map = this.signatures.traitSubstitution(ref, self);
    for (const parent of this.signatures.supertraitsOf(ref.trait)) {
      const own = substituteTrait(parent, map);
      // `I: DoubleEndedIterator<Item = T>` also says what the item of the supertrait is
      this.addWithSupertraits(traitRef(own.trait, own.args, [...own.assoc, ...ref.assoc]), self, all);
    }
  }

  /** `type Item: Bound;` of the trait a projection belongs to. */
  private declaredBounds(type: ProjectionType): TraitRef[] {
    const owner = type.trait ?? this.traitWithType(type.self, type.name);
    if (owner === null || owner.trait.tag === 'external') return [];
    const member = owner.trait.members?.get(type.name);
    if (member === undefined) return [];
    const { lowering } = this.signatures;
    const map = this.signatures.traitSubstitution(owner, type.self);
    return lowering
      .lowerBounds(member.fact.bounds ?? [], lowering.envOf(member))
      .map((ref) => substituteTrait(ref, map));
  }

  private traitWithType(type: Type, name: string): TraitRef | null {
    const bounds = this.boundsOf(shallow(type));
    return (
      bounds.find(({ trait }) => trait.tag === 'definition' && trait.members?.get(name)?.kind === 'type') ??
      null
    );
  }

  private normalizeTrait(ref: TraitRef): TraitRef {
    if (!ref.args.some(hasProjection)) return ref;
    const args = ref.args.map((arg) => this.normalize(arg));
    return traitRef(ref.trait, args, ref.assoc);
  }

  /** Computes every associated type that can be computed. */
  normalize(type: Type): Type {
    const at = shallow(type);
    if (!hasProjection(at)) return at;
    return rewrite(at, (leaf) => {
      if (leaf.k !== 'proj') return undefined;
      const self = this.normalize(leaf.self);
      const value = this.depth > MAX_DEPTH ? null : this.project(self, leaf.trait, leaf.name);
      return value ?? projectionOf(self, leaf.trait, leaf.name);
    });
  }

  /** The associated type `name` of a type; null when it stays unknown. */
  project(self: Type, trait: TraitRef | null, name: string): Type | null {
    const at = shallow(self);
    if (at.k === 'unknown') return UNKNOWN;
    this.depth += 1;
    const value = trait === null ? this.projectByName(at, name) : this.projectFrom(at, trait, name);
    this.depth -= 1;
    return value === null || value === self ? null : value;
  }

  private projectFrom(self: Type, trait: TraitRef, name: string): Type | null {
    const found = this.select(self, trait);
    return found === null ? null : this.associated(found, name, self);
  }

  private projectByName(self: Type, name: string): Type | null {
    for (const ref of this.boundsOf(self)) {
      const bound = ref.assoc.find(([key]) => key === name);
      if (bound !== undefined) return this.normalize(bound[1]);
    }
    if (self.k === 'param' || self.k === 'proj') return null;
    const values: Type[] = [];
    for (const trait of this.index.traitsByType.get(name) ?? []) {
      const value = this.projectFrom(self, traitRef(trait), name);
      if (value !== null && !values.some((known) => isEqual(known, value))) values.push(value);
    }
    return values.length === 1 ? entryAt(values, 0) : null;
  }

  /** The value of an associated type under a selection. */
  associated(found: Selection, name: string, self: Type): Type | null {
    const bound = found.ref.assoc.find(([key]) => key === name);
    if (bound !== undefined) return this.normalize(bound[1]);
    if (found.impl === undefined || found.map === undefined) return null;
    const member = found.impl.members?.get(name);
    if (member === undefined || member.kind !== 'type') return this.associatedDefault(found, name, self);
    const target = this.signatures.qualify(this.signatures.lowering.aliasTarget(member), member);
    return this.normalize(substitute(target, found.map));
  }

  private associatedDefault(found: Selection, name: string, self: Type): Type | null {
    const member = found.ref.trait.tag === 'definition' ? found.ref.trait.members?.get(name) : undefined;
    if (member?.fact.type === undefined) return null;
    const map = this.signatures.traitSubstitution(found.ref, self);
    return this.normalize(substitute(this.signatures.lowering.aliasTarget(member), map));
  }
}

/** One crate may give a trait under several paths: its name decides. */
function isSameForeign(a: External, b: External): boolean {
  return a.crate === b.crate && a.path[a.path.length - 1] === b.path[b.path.length - 1];
}

function builtin(ref: TraitRef): Selection {
  return { kind: 'builtin', ref, impl: undefined, map: undefined };
}
