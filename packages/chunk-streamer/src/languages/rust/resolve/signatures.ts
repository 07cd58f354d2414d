import { DefFlag } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import type { Lowering } from './lowering.js';
import type { Definition } from './model.js';
import {
  isEqual,
  type ParamType,
  projectionOf,
  referenceTo,
  rewrite,
  type Substitution,
  substitute,
  substituteTrait,
  type TraitRef,
  type Type,
  traitRef,
  UNIT,
  UNKNOWN,
} from './types.js';

/** A function's types in terms of its own and its owner's parameters. */
export interface Signature {
  /** Type of the receiver, null without one. */
  self: Type | null;
  params: readonly Type[];
  ret: Type;
  /** Own parameters, those of `impl Trait` arguments included. */
  generics: readonly ParamType[];
}

/** A fact the code of a definition may rely on. */
export interface Predicate {
  type: Type;
  ref: TraitRef;
}

export interface FieldType {
  name: string;
  type: Type;
}

/** Types of functions, fields, bounds and impls, each computed once. */
export class Signatures {
  readonly lowering: Lowering;
  private readonly functions = new Map<Definition, Signature>();
  private readonly fields = new Map<Definition, readonly FieldType[]>();
  private readonly predicates = new Map<Definition, readonly Predicate[]>();
  private readonly around = new Map<Definition, readonly Predicate[]>();
  private readonly traits = new Map<Definition, TraitRef | null>();
  private readonly supers = new Map<Definition, readonly TraitRef[]>();

  constructor(lowering: Lowering) {
    this.lowering = lowering;
  }

  signatureOf(def: Definition): Signature {
    let signature = this.functions.get(def);
    if (signature === undefined) {
      signature = this.computeSignature(def);
      this.functions.set(def, signature);
    }
    return signature;
  }

  private computeSignature(def: Definition): Signature {
    const { fact } = def;
    const implParams: ParamType[] = [];
    const env = { ...this.lowering.envOf(def), implParams };
    const params: Type[] = [];
    for (let index = 1; index < (fact.params?.length ?? 0); index += 2) {
      params.push(this.qualify(this.lowering.lower(numberAt(fact.params ?? [], index), env), def));
    }
    const self = this.receiverType(def);
    const lowered = fact.ret === undefined ? UNIT : this.lowering.lower(fact.ret, this.lowering.envOf(def));
    const written = this.qualify(lowered, def);
    const isAsync = (fact.flags & DefFlag.async) !== 0;
    const ret = isAsync ? this.future(written) : written;
    return { self, params, ret, generics: [...this.lowering.paramsOf(def), ...implParams] };
  }

  /** `T::Item` means the item of the trait that bounds `T`; the first bound that declares it is the one. */
  qualify(type: Type, def: Definition): Type {
    return rewrite(type, (leaf) => {
      if (leaf.k !== 'proj' || leaf.trait !== null) return undefined;
      const self = this.qualify(leaf.self, def);
      return projectionOf(self, this.boundWithType(self, leaf.name, def), leaf.name);
    });
  }

  private boundWithType(self: Type, name: string, def: Definition): TraitRef | null {
    for (const { type, ref } of this.predicatesAround(def)) {
      if (!isEqual(type, self)) continue;
      const found = this.declaring(ref, name, self);
      if (found !== null) return found;
    }
    return null;
  }

  /** The trait or supertrait that declares an associated type. */
  private declaring(ref: TraitRef, name: string, self: Type): TraitRef | null {
    if (ref.trait.tag === 'external') return null;
    if (ref.trait.members?.get(name)?.kind === 'type') return ref;
    const map = this.traitSubstitution(ref, self);
    for (const parent of this.supertraitsOf(ref.trait)) {
      const found = this.declaring(substituteTrait(parent, map), name, self);
      if (found !== null) return found;
    }
    return null;
  }

  private future(output: Type): Type {
    const { future } = this.lowering.std;
    return future === undefined
      ? UNKNOWN
      : { k: 'opaque', bounds: [traitRef(future, [], [['Output', output]])] };
  }

  private receiverType(def: Definition): Type | null {
    const self = this.lowering.selfTypeOf(def) ?? UNKNOWN;
    switch (def.fact.self) {
      case undefined:
        return null;
      case 'value':
        return self;
      case 'typed':
        return def.fact.selfParam === undefined
          ? self
          : this.lowering.lower(def.fact.selfParam, this.lowering.envOf(def));
      default:
        return referenceTo(self, def.fact.self === 'mut');
    }
  }

  /** Fields of a struct, union or variant in terms of the type's parameters. */
  fieldsOf(def: Definition): readonly FieldType[] {
    let fields = this.fields.get(def);
    if (fields === undefined) {
      const facts = def.kind === 'variant' ? def.fact.variants?.[def.index]?.fields : def.fact.fields;
      const env = this.lowering.envOf(def.kind === 'variant' && def.owner !== undefined ? def.owner : def);
      fields = (facts ?? []).map(({ name, type }) => ({ name, type: this.lowering.lower(type, env) }));
      this.fields.set(def, fields);
    }
    return fields;
  }

  /** The trait an impl is of, null for an inherent or unresolved one. */
  implTrait(impl: Definition): TraitRef | null {
    let ref = this.traits.get(impl);
    if (ref === undefined) {
      const node = impl.fact.trait;
      const lowered = node === undefined ? null : this.lowering.lowerTrait(node, this.lowering.envOf(impl));
      ref = lowered === null ? null : this.complete(lowered, this.lowering.implSelf(impl));
      this.traits.set(impl, ref);
    }
    return ref;
  }

  /** Supertraits in terms of the trait's `Self` and parameters. */
  supertraitsOf(trait: Definition): readonly TraitRef[] {
    let refs = this.supers.get(trait);
    if (refs === undefined) {
      this.supers.set(trait, []);
      const self = this.lowering.selfParamOf(trait);
      const where = this.predicatesOf(trait).filter((predicate) => predicate.type === self);
      refs = [
        ...this.lowering.lowerBounds(trait.fact.bounds ?? [], this.lowering.envOf(trait)),
        ...where.map(({ ref }) => ref),
      ];
      this.supers.set(trait, refs);
    }
    return refs;
  }

  /** What a definition's own generics and `where` clause promise. */
  predicatesOf(def: Definition): readonly Predicate[] {
    let predicates = this.predicates.get(def);
    if (predicates === undefined) {
      this.predicates.set(def, []);
      predicates = this.computePredicates(def);
      this.predicates.set(def, predicates);
    }
    return predicates;
  }

  private computePredicates(def: Definition): Predicate[] {
    const env = this.lowering.envOf(def);
    const predicates: Predicate[] = [];
    const params = this.lowering.paramsOf(def);
    def.fact.generics?.forEach((generic, index) => {
      for (const ref of this.lowering.lowerBounds(generic.bounds, env))
        predicates.push({ type: entryAt(params, index), ref: this.complete(ref, entryAt(params, index)) });
    });
    for (const { type, bounds } of def.fact.where ?? []) {
      const subject = this.lowering.lower(type, env);
      for (const ref of this.lowering.lowerBounds(bounds, env))
        predicates.push({ type: subject, ref: this.complete(ref, subject) });
    }
    return predicates;
  }

  /** Everything the code of a definition may rely on, its owner's promises included. */
  predicatesAround(def: Definition): readonly Predicate[] {
    let predicates = this.around.get(def);
    if (predicates === undefined) {
      const outer = def.owner === undefined ? [] : this.predicatesAround(def.owner);
      const self = def.kind === 'trait' ? [this.selfPredicate(def)] : [];
      predicates = [...this.predicatesOf(def), ...self, ...outer];
      this.around.set(def, predicates);
    }
    return predicates;
  }

  /** `Self: Trait`, which holds inside the trait. */
  private selfPredicate(trait: Definition): Predicate {
    const type = this.lowering.selfParamOf(trait);
    return { type, ref: traitRef(trait, this.lowering.paramsOf(trait)) };
  }

  /** Replacement of a trait's `Self` and parameters by a type and a reference's arguments. */
  traitSubstitution(ref: TraitRef, self: Type): Substitution {
    const map = new Map<ParamType, Type>();
    if (ref.trait.tag === 'external') return map;
    map.set(this.lowering.selfParamOf(ref.trait), self);
    this.lowering.paramsOf(ref.trait).forEach((param, index) => {
      map.set(param, ref.args[index] ?? this.defaultOf(ref.trait as Definition, index, self));
    });
    return map;
  }

  /** Left-out arguments of a trait are its defaults: `PartialEq` means `PartialEq<Self>`. */
  private complete(ref: TraitRef, self: Type): TraitRef {
    if (ref.trait.tag === 'external') return ref;
    const { trait } = ref;
    const params = this.lowering.paramsOf(trait);
    if (params.length <= ref.args.length) return ref;
    const args = params.map((_, index) => ref.args[index] ?? this.defaultOf(trait, index, self));
    return traitRef(trait, args, ref.assoc);
  }

  private defaultOf(trait: Definition, index: number, self: Type): Type {
    const generic = trait.fact.generics?.[index];
    const fallback = generic === undefined || generic.isConst ? 0 : generic.default;
    if (fallback === 0) return UNKNOWN;
    const type = this.lowering.lower(fallback, this.lowering.envOf(trait));
    return substitute(type, new Map([[this.lowering.selfParamOf(trait), self]]));
  }
}
