import { DefFlag } from '../facts.js';
import type { ImplIndex } from './impl-index.js';
import { type Crate, type Definition, Import, Ns, type Scope } from './model.js';
import type { Names } from './names.js';
import type { ProblemCollector, ProblemPlace } from './problem-collector.js';
import { headOf, type Type } from './types.js';

/** Traits of the standard library whose methods are all in its picture. */
const WHOLE_TRAITS = new Set(
  'Clone Copy Default PartialEq Eq PartialOrd Ord Debug Display Drop From Into Deref DerefMut AsRef AsMut FromStr'.split(
    ' ',
  ),
);

/** Tells whether a method that was not found surely does not exist. */
export class MethodProblems {
  private readonly names: Names;
  private readonly index: ImplIndex;
  private readonly problems: ProblemCollector;
  private readonly derefs: ReadonlySet<string>;
  private readonly opaque = new Map<Crate, boolean>();

  constructor(input: {
    names: Names;
    index: ImplIndex;
    problems: ProblemCollector;
    derefs: ReadonlySet<string>;
  }) {
    this.names = input.names;
    this.index = input.index;
    this.problems = input.problems;
    this.derefs = input.derefs;
  }

  check(receiver: Type, place: ProblemPlace & { scope: Scope }): void {
    const type = withoutRefs(receiver);
    if (type.k !== 'adt' || type.def.isStd) return;
    const message = `no method ${place.name} on ${type.def.name}`;
    const certain =
      this.isFullyKnown(type.def, headOf(type) ?? '') &&
      this.areTraitsKnown(place.scope) &&
      !this.isDeclaredSomewhere(place.name);
    this.problems.add('unresolved_method', place, { message, certain });
  }

  /** All impls of the type are in sight: no derive or attribute adds some, no macro, no `Deref`, no foreign trait. */
  private isFullyKnown(def: Definition, head: string): boolean {
    const isPlain =
      (def.fact.flags & (DefFlag.attributeMacro | DefFlag.inMacro)) === 0 && def.fact.cfg === undefined;
    if (
      !isPlain ||
      this.derefs.has(head) ||
      this.index.foreignTraitHeads.has(head) ||
      this.hasOpenTrait(head)
    )
      return false;
    return !def.file.crate.isLenient && !this.hasOpaqueScope(def.scope.crate);
  }

  /** A trait of the standard library may have more methods than its picture. */
  private hasOpenTrait(head: string): boolean {
    for (const [trait, impls] of this.index.byTrait) {
      if (trait.isStd && !WHOLE_TRAITS.has(trait.name) && impls.byHead.has(head)) return true;
    }
    return false;
  }

  /** True when no macro call at item position may add impls to the crate. */
  isWhole(crate: Crate): boolean {
    return !crate.isLenient && !this.hasOpaqueScope(crate);
  }

  private hasOpaqueScope(crate: Crate): boolean {
    let known = this.opaque.get(crate);
    if (known === undefined) {
      known = hasOpaqueScope(crate.root, new Set());
      this.opaque.set(crate, known);
    }
    return known;
  }

  /** No trait from outside the repository and its standard library is in scope. */
  private areTraitsKnown(scope: Scope): boolean {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      if (at.isOpaque) return false;
      for (const item of at.imports) {
        const target = item.fact.glob ? this.names.globTarget(item) : this.names.resolveImport(item, Ns.type);
        if (target === null ? item.fact.glob : target.tag === 'external') return false;
      }
    }
    return true;
  }

  /** The method may come from a trait or impl whose bounds could not be followed. */
  private isDeclaredSomewhere(name: string): boolean {
    return (
      this.index.traitsByFunction.has(name) ||
      [...this.index.inherent.values()].some((names) => names.has(name))
    );
  }
}

function withoutRefs(type: Type): Type {
  let at = type;
  while (at.k === 'ref') at = at.inner;
  return at;
}

/** A macro call at item position anywhere in the crate may hold an impl. */
function hasOpaqueScope(scope: Scope | undefined, visited: Set<Scope>): boolean {
  if (scope === undefined || visited.has(scope)) return false;
  visited.add(scope);
  if (scope.isOpaque) return true;
  for (const bindings of scope.names.values()) {
    for (const { target } of bindings) {
      if (!(target instanceof Import) && target.inner !== undefined && hasOpaqueScope(target.inner, visited))
        return true;
    }
  }
  return false;
}
