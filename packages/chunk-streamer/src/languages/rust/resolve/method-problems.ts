import { DefFlag } from '../facts.js';
import type { ImplIndex } from './impl-index.js';
import type { MacroWords } from './macro-words.js';
import { type Definition, Ns, type Scope } from './model.js';
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
  private readonly macroWords: MacroWords;

  constructor(input: {
    macroWords: MacroWords;
    names: Names;
    index: ImplIndex;
    problems: ProblemCollector;
    derefs: ReadonlySet<string>;
  }) {
    this.names = input.names;
    this.index = input.index;
    this.problems = input.problems;
    this.derefs = input.derefs;
    this.macroWords = input.macroWords;
  }

  check(receiver: Type, place: ProblemPlace & { scope: Scope }): void {
    const type = withoutRefs(receiver);
    if (type.k !== 'adt' || type.def.isStd) return;
    const message = `no method ${place.name} on ${type.def.name}`;
    const certain =
      this.isFullyKnown(type.def, headOf(type) ?? '', place.name) &&
      this.areTraitsKnown(place.scope) &&
      !this.isDeclaredSomewhere(place.name);
    this.problems.add('unresolved_method', place, { message, certain });
  }

  /** All impls of the type are in sight: no derive or attribute adds some, no macro, no `Deref`, no foreign trait. */
  private isFullyKnown(def: Definition, head: string, name: string): boolean {
    const isPlain =
      (def.fact.flags & (DefFlag.attributeMacro | DefFlag.inMacro)) === 0 && def.fact.cfg === undefined;
    if (
      !isPlain ||
      this.derefs.has(head) ||
      this.index.foreignTraitHeads.has(head) ||
      this.hasOpenTrait(head)
    )
      return false;
    return this.areMacrosKnown(def, name);
  }

  private areMacrosKnown({ scope }: Definition, name: string): boolean {
    return (
      !this.macroWords.mayDefineIn(scope.crate, name) && !this.macroWords.mayDefineIn(scope.crate, 'Deref')
    );
  }

  /** True when a type surely dereferences to nothing. */
  isDerefKnown(type: Type): boolean {
    if (type.k !== 'adt') return false;
    const head = headOf(type) ?? '';
    const isForeign = this.index.foreignTraitHeads.has(head);
    return !this.derefs.has(head) && !isForeign && this.areMacrosKnown(type.def, 'Deref');
  }

  /** `Type::name` that was not found. */
  checkAssociated(type: Type, place: ProblemPlace & { scope: Scope }): void {
    if (type.k !== 'adt' || type.def.isStd || type.def.kind === 'type') return;
    const message = `no ${place.name} on ${type.def.name}`;
    const certain =
      this.isFullyKnown(type.def, headOf(type) ?? '', place.name) &&
      this.areTraitsKnown(place.scope) &&
      !this.isDeclaredSomewhere(place.name);
    this.problems.add('unresolved_path', place, { message, certain });
  }

  /** A trait of the standard library may have more methods than its picture. */
  private hasOpenTrait(head: string): boolean {
    for (const [trait, impls] of this.index.byTrait) {
      if (trait.isStd && !WHOLE_TRAITS.has(trait.name) && impls.byHead.has(head)) return true;
    }
    return false;
  }

  /** No trait from outside the repository and its standard library is in scope. */
  private areTraitsKnown(scope: Scope): boolean {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
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
