import { DefFlag } from '../facts.js';
import { entryAt } from '../indexed.js';
import type { Definition, Scope } from './model.js';
import type { Selector } from './selection.js';
import type { TraitScope } from './trait-scope.js';
import {
  freshVar,
  headOf,
  isEqual,
  type ParamType,
  primitive,
  shallow,
  substitute,
  type TraitRef,
  type Type,
  traitRef,
} from './types.js';

/** A member found for a type. */
export interface MemberHit {
  def: Definition;
  /** The type that is `Self`. */
  self: Type;
  /** Replacement of the impl's or trait's parameters. */
  map: ReadonlyMap<ParamType, Type>;
  /** Which rule bound it. */
  /** A generic trait whose arguments, and with them the impl, are not known before the call is typed. */
  open?: TraitRef;
  rule: 'inherent' | 'trait-impl' | 'trait-default' | 'trait-bound' | 'dyn' | 'impl-trait';
}

/** Why nothing was found. */
export interface MemberMiss {
  /** Crate the member surely belongs to, null when nothing is known. */
  crate: string | null;
  /** `Type::name` for people. */
  name: string;
  ambiguous: boolean;
}

export type MemberResult = { hit: MemberHit } | { miss: MemberMiss };

/** How a method takes its receiver; `smart` is a `self: Box<Self>` or `self: Pin<&mut Self>`. */
type Receiver = 'value' | 'ref' | 'mut' | 'smart';

const MAX_DEREFS = 8;
const MAX_POINTERS = 4;

/** Finds methods and associated functions by the type they are asked on; never by their name alone. */
export class MethodLookup {
  readonly selector: Selector;
  /** The trait whose declaration or impl holds the asking code: it is in scope there without an import. */
  currentTrait: Definition | undefined;
  private readonly traitScope: TraitScope;

  constructor(selector: Selector, traitScope: TraitScope) {
    this.selector = selector;
    this.traitScope = traitScope;
  }

  /** The method `name` of a receiver, dereferenced step by step as the language does. */
  method(receiver: Type, { name, argCount }: MethodName, place: AskerPlace): MemberResult {
    const asker: MemberAsker = { name, argCount, scope: place.scope, mask: place.mask, ambiguous: false };
    let step: Type | null = this.selector.normalize(receiver);
    let last: Type = step;
    for (let count = 0; step !== null && count < MAX_DEREFS; count += 1) {
      last = step;
      // nothing may be bound by name alone
      if (isNameless(step)) break;
      const hit = this.atStep(step, asker);
      if (hit !== null) return { hit };
      if (asker.ambiguous) break;
      step = this.deref(step);
    }
    return { miss: describeMiss(last, asker, this.selector) };
  }

  /** One autoderef step: by value, then borrowed, then mutably borrowed. */
  private atStep(step: Type, asker: MemberAsker): MemberHit | null {
    const self = step.k === 'var' ? primitive('i32') : step;
    const inner = self.k === 'ref' ? this.selector.normalize(self.inner) : null;
    const borrowed = self.k === 'ref' && self.mut ? 'mut' : 'ref';
    return (
      this.probe(self, 'value', asker) ??
      (inner === null || inner.k === 'var' ? null : this.probe(inner, borrowed, asker)) ??
      this.throughPointer(self, asker) ??
      this.probe(self, 'ref', asker) ??
      this.probe(self, 'mut', asker) ??
      (self.k === 'array' ? this.atStep({ k: 'slice', item: self.item }, asker) : null)
    );
  }

  /** The next type of the dereference chain. */
  deref(type: Type): Type | null {
    if (type.k === 'ref') return this.selector.normalize(type.inner);
    const { deref } = this.selector.signatures.lowering.std;
    if (
      deref === undefined ||
      (type.k !== 'adt' && type.k !== 'param' && type.k !== 'opaque' && type.k !== 'proj')
    )
      return null;
    const target = this.selector.project(type, traitRef(deref), 'Target');
    return target === null ? null : shallow(target);
  }

  private probe(self: Type, receiver: Receiver, asker: MemberAsker): MemberHit | null {
    const accepts = (def: Definition): boolean =>
      def.kind === 'function' && this.receiverOf(def) === receiver;
    return this.inherent(self, asker, accepts) ?? this.fromTraits(self, asker, accepts);
  }

  private receiverOf(def: Definition): Receiver | undefined {
    const { self } = def.fact;
    if (self !== 'typed') return self;
    const { signatures } = this.selector;
    const type = signatures.signatureOf(def).self;
    const own = signatures.lowering.selfTypeOf(def);
    if (type === null || own === null || isEqual(type, own)) return 'value';
    if (type.k === 'ref' && isEqual(type.inner, own)) return type.mut ? 'mut' : 'ref';
    return 'smart';
  }

  /** `self: Pin<&mut Self>` and the like: what the pointer points to is `Self`. */
  private throughPointer(pointer: Type, asker: MemberAsker): MemberHit | null {
    let inner: Type | undefined = pointer;
    for (let count = 0; count < MAX_POINTERS; count += 1) {
      const at: Type = shallow(inner);
      inner =
        at.k === 'adt' && at.def.isStd ? at.args[0] : at.k === 'ref' && count > 0 ? at.inner : undefined;
      if (inner === undefined) return null;
      const self = this.selector.normalize(inner);
      if (self.k === 'var' || self.k === 'unknown') return null;
      const hit = this.probe(self, 'smart', asker);
      if (hit !== null && this.takes(hit, pointer)) return hit;
    }
    return null;
  }

  private takes(hit: MemberHit, receiver: Type): boolean {
    const declared = this.selector.signatures.signatureOf(hit.def).self;
    if (declared === null) return false;
    const { unifier } = this.selector;
    const mark = unifier.mark();
    const fits = unifier.unify(substitute(declared, hit.map), receiver);
    if (!fits) unifier.rollback(mark);
    return fits;
  }

  /** An associated function, method or constant of a type named in a path. */
  associated(self: Type, name: string, place: AskerPlace): MemberResult {
    const asker: MemberAsker = {
      name,
      argCount: null,
      scope: place.scope,
      mask: place.mask,
      ambiguous: false,
    };
    const at = this.selector.normalize(self);
    const accepts = (def: Definition): boolean => def.kind !== 'type';
    if (at.k === 'unknown' || at.k === 'never' || at.k === 'var')
      return { miss: describeMiss(at, asker, this.selector) };
    const hit = this.inherent(at, asker, accepts) ?? this.fromTraits(at, asker, accepts);
    return hit === null ? { miss: describeMiss(at, asker, this.selector) } : { hit };
  }

  private inherent(self: Type, asker: MemberAsker, accepts: (def: Definition) => boolean): MemberHit | null {
    const head = headOf(self);
    const candidates =
      head === undefined ? undefined : this.selector.index.inherent.get(head)?.get(asker.name);
    if (candidates === undefined) return null;
    let choice: Definition | null = null;
    for (const def of candidates) {
      if (!accepts(def) || !this.matches(def, self)) continue;
      if (choice !== null && (choice.mask & def.mask) !== 0) {
        asker.ambiguous = true;
        return null;
      }
      if (choice === null || isNearer(def, choice, asker.mask)) choice = def;
    }
    const map = choice?.owner === undefined ? null : this.selector.matchSelf(choice.owner, self);
    return choice === null || map === null ? null : { def: choice, self, map, rule: 'inherent' };
  }

  private matches(def: Definition, self: Type): boolean {
    const { unifier } = this.selector;
    const mark = unifier.mark();
    const map = def.owner === undefined ? null : this.selector.matchSelf(def.owner, self);
    const fits = map !== null && (def.owner === undefined || this.selector.areBoundsMet(def.owner, map));
    unifier.rollback(mark);
    return fits;
  }

  private fromTraits(
    self: Type,
    asker: MemberAsker,
    accepts: (def: Definition) => boolean,
  ): MemberHit | null {
    const bound = this.fromBounds(self, asker, accepts);
    if (bound !== null || asker.ambiguous) return bound;
    if (self.k === 'var') return null;
    const hits: MemberHit[] = [];
    for (const trait of this.selector.index.traitsByFunction.get(asker.name) ?? []) {
      const declared = trait.members?.get(asker.name);
      if (declared === undefined || !accepts(declared) || !takesCount(declared, asker.argCount)) continue;
      if (!this.isInScope(trait, asker.scope)) continue;
      const hit = this.throughTrait(self, trait, declared);
      if (hit !== null) hits.push(hit);
    }
    if (hits.length > 1) asker.ambiguous = true;
    if (hits.length === 0) return this.fromForeignTraits(self, asker, accepts);
    return hits.length === 1 ? entryAt(hits, 0) : null;
  }

  /** An impl of a trait from outside the repository: its own functions are in sight, the trait's are not. */
  private fromForeignTraits(
    self: Type,
    asker: MemberAsker,
    accepts: (def: Definition) => boolean,
  ): MemberHit | null {
    const head = headOf(self);
    const impls = head === undefined ? undefined : this.selector.index.foreignTraitHeads.get(head);
    const hits: MemberHit[] = [];
    for (const impl of impls ?? []) {
      const def = impl.members?.get(asker.name);
      if (def === undefined || !accepts(def) || !this.matches(def, self)) continue;
      const map = this.selector.matchSelf(impl, self);
      if (map !== null) hits.push({ def, self, map, rule: 'trait-impl' });
    }
    if (hits.length > 1) asker.ambiguous = true;
    return hits.length === 1 ? (hits[0] ?? null) : null;
  }

  private isInScope(trait: Definition, scope: Scope): boolean {
    return trait === this.currentTrait || this.traitScope.traitsIn(scope).has(trait);
  }

  private fromBounds(
    self: Type,
    asker: MemberAsker,
    accepts: (def: Definition) => boolean,
  ): MemberHit | null {
    let found: MemberHit | null = null;
    for (const ref of this.selector.boundsOf(self)) {
      const declared = ref.trait.tag === 'definition' ? ref.trait.members?.get(asker.name) : undefined;
      if (declared === undefined || !accepts(declared)) continue;
      if (found !== null && found.def !== declared) {
        asker.ambiguous = true;
        return null;
      }
      found ??= this.boundHit(self, ref, declared);
    }
    return found;
  }

  private boundHit(self: Type, ref: TraitRef, def: Definition): MemberHit {
    const rule = self.k === 'dyn' ? 'dyn' : self.k === 'opaque' ? 'impl-trait' : 'trait-bound';
    return { def, self, map: this.selector.signatures.traitSubstitution(ref, self), rule };
  }

  private throughTrait(self: Type, trait: Definition, declared: Definition): MemberHit | null {
    const params = this.selector.signatures.lowering.paramsOf(trait);
    const ref = traitRef(
      trait,
      params.map(() => freshVar()),
    );
    if (params.length > 0) return this.openHit(self, ref, declared);
    const selection = this.selector.select(self, ref);
    if (selection === null) return null;
    const own = selection.impl?.members?.get(declared.name);
    if (own !== undefined && selection.map !== undefined)
      return { def: own, self, map: selection.map, rule: 'trait-impl' };
    if (selection.impl !== undefined && (selection.impl.fact.flags & DefFlag.opaqueBody) !== 0) return null;
    const map = this.selector.signatures.traitSubstitution(selection.ref, self);
    return { def: declared, self, map, rule: 'trait-default' };
  }

  /** A type may implement a generic trait several times: the arguments of the call decide which impl it is. */
  private openHit(self: Type, ref: TraitRef, def: Definition): MemberHit | null {
    if (ref.trait.tag === 'external' || !this.selector.isImplemented(self, ref.trait)) return null;
    const map = this.selector.signatures.traitSubstitution(ref, self);
    return { def, self, map, rule: 'trait-default', open: ref };
  }
}

/** A trait's method with another number of parameters is not the one that is called. */
function takesCount({ fact }: Definition, count: number | null): boolean {
  const isOpen = (fact.flags & (DefFlag.variadic | DefFlag.cfgParams)) !== 0;
  return count === null || isOpen || (fact.params?.length ?? 0) / 2 === count;
}

/** A type, or a reference to one, of which nothing is known. */
function isNameless(type: Type): boolean {
  let at = shallow(type);
  while (at.k === 'ref') at = shallow(at.inner);
  return at.k === 'unknown' || at.k === 'never' || (at.k === 'var' && !at.numeric);
}

/** Where the asking code stands. */
export interface AskerPlace {
  scope: Scope;
  mask: number;
}

/** A method as it is called. */
export interface MethodName {
  name: string;
  argCount: number;
}

interface MemberAsker extends AskerPlace {
  name: string;
  /** Arguments of the call, null when it is not known to be one. */
  argCount: number | null;
  ambiguous: boolean;
}

function isNearer(def: Definition, other: Definition, mask: number): boolean {
  const own = def.mask & mask;
  const theirs = other.mask & mask;
  if (own === 0 || theirs === 0) return theirs === 0;
  return (own & -own) < (theirs & -theirs);
}

function describeMiss(type: Type, { name, ambiguous }: MemberAsker, selector: Selector): MemberMiss {
  return { crate: ambiguous ? null : crateOf(type, selector), name: `${nameOf(type)}${name}`, ambiguous };
}

/** The crate outside the repository that must define the member, when there is exactly one candidate. */
function crateOf(type: Type, selector: Selector): string | null {
  switch (type.k) {
    case 'foreign':
      return type.path.crate;
    case 'adt':
      return type.def.isStd ? 'std' : null;
    case 'prim':
    case 'slice':
    case 'array':
    case 'tuple':
    case 'fn':
    case 'ptr':
      return 'std';
    case 'param':
    case 'dyn':
    case 'opaque':
    case 'proj': {
      const outside = selector
        .boundsOf(type)
        .map(({ trait }) => (trait.tag === 'external' ? trait.crate : trait.isStd ? 'std' : null));
      const crates = new Set(outside.filter((crate) => crate !== null && crate !== 'std'));
      if (crates.size === 1) return entryAt([...crates], 0);
      return crates.size === 0 && outside.length > 0 && outside.every((crate) => crate === 'std')
        ? 'std'
        : null;
    }
    case 'var':
      return type.numeric ? 'std' : null;
    default:
      return null;
  }
}

function nameOf(type: Type): string {
  switch (type.k) {
    case 'adt':
      return `${type.def.name}::`;
    case 'foreign':
      return `${type.path.path[type.path.path.length - 1] ?? type.path.crate}::`;
    case 'prim':
      return `${type.name}::`;
    default:
      return '';
  }
}
