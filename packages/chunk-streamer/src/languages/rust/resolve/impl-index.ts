import type { Definition } from './model.js';
import type { Program } from './program.js';
import type { Signatures } from './signatures.js';
import { headOf } from './types.js';

/** The impls of one trait. */
export interface TraitImpls {
  byHead: Map<string, Definition[]>;
  /** `impl<T: ..> Trait for T`. */
  blanket: Definition[];
}

/** Finds impls by what they are for, and traits by what they declare. */
export class ImplIndex {
  /** Members of inherent impls: head of the self type, then name. */
  readonly inherent = new Map<string, Map<string, Definition[]>>();
  readonly byTrait = new Map<Definition, TraitImpls>();
  /** Traits by the name of a function they declare. */
  readonly traitsByFunction = new Map<string, Definition[]>();
  /** Traits by the name of an associated type they declare. */
  readonly traitsByType = new Map<string, Definition[]>();
  /** Heads of types that implement a trait from outside the repository. */
  readonly foreignTraitHeads = new Map<string, Definition[]>();

  constructor(program: Program, signatures: Signatures) {
    for (const trait of program.traits) this.addTrait(trait);
    for (const impl of program.impls) this.addImpl(impl, signatures);
  }

  private addTrait(trait: Definition): void {
    for (const member of trait.members?.values() ?? []) {
      if (member.kind === 'function') addTo(this.traitsByFunction, member.name, trait);
      if (member.kind === 'type') addTo(this.traitsByType, member.name, trait);
    }
  }

  private addImpl(impl: Definition, signatures: Signatures): void {
    const head = headOf(signatures.lowering.implSelf(impl));
    if (impl.fact.trait === undefined) {
      if (head !== undefined) this.addInherent(head, impl);
      return;
    }
    const ref = signatures.implTrait(impl);
    // a trait that cannot be found is as unknown as a foreign one
    if (ref === null || ref.trait.tag === 'external') {
      addTo(this.foreignTraitHeads, head ?? '', impl);
      return;
    }
    let impls = this.byTrait.get(ref.trait);
    if (impls === undefined) {
      impls = { byHead: new Map(), blanket: [] };
      this.byTrait.set(ref.trait, impls);
    }
    if (head === undefined) impls.blanket.push(impl);
    else addTo(impls.byHead, head, impl);
  }

  private addInherent(head: string, impl: Definition): void {
    let names = this.inherent.get(head);
    if (names === undefined) {
      names = new Map();
      this.inherent.set(head, names);
    }
    for (const member of impl.twins) addTo(names, member.name, member);
  }
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
