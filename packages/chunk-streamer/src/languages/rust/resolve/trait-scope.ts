import { type Definition, Import, Ns, type Scope } from './model.js';
import { scopeOf } from './module-root.js';
import type { Names } from './names.js';
import type { StandardLibrary } from './standard-library.js';

/** Knows which traits may lend their methods in a scope. */
export class TraitScope {
  private readonly names: Names;
  private readonly std: StandardLibrary;
  private readonly exported = new Map<Scope, Set<Definition>>();
  private prelude: ReadonlySet<Definition> | undefined;

  constructor(names: Names, std: StandardLibrary) {
    this.names = names;
    this.std = std;
  }

  /** Traits declared, imported or brought by a glob or the prelude. */
  traitsIn(scope: Scope): ReadonlySet<Definition> {
    if (scope.traits !== undefined) return scope.traits;
    const traits = new Set<Definition>(this.preludeTraits());
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      for (const trait of this.traitsNamed(at, new Set())) traits.add(trait);
    }
    scope.traits = traits;
    return traits;
  }

  private preludeTraits(): ReadonlySet<Definition> {
    if (this.prelude === undefined) {
      const inner = scopeOf(this.std.find('prelude') ?? null);
      this.prelude = inner === null ? new Set() : this.traitsNamed(inner, new Set());
    }
    return this.prelude;
  }

  private traitsNamed(scope: Scope, visited: Set<Scope>): Set<Definition> {
    const known = this.exported.get(scope);
    if (known !== undefined) return known;
    const traits = new Set<Definition>();
    if (visited.has(scope)) return traits;
    visited.add(scope);
    for (const bindings of scope.names.values()) {
      for (const { target, ns } of bindings) {
        if ((ns & Ns.type) === 0) continue;
        const found = target instanceof Import ? this.names.resolveImport(target, Ns.type) : target;
        if (found?.tag === 'definition' && found.kind === 'trait') traits.add(found);
      }
    }
    for (const glob of scope.globs) {
      const inner = scopeOf(this.names.globTarget(glob));
      if (inner === null) continue;
      for (const trait of this.traitsNamed(inner, visited)) traits.add(trait);
    }
    if (visited.values().next().value === scope) this.exported.set(scope, traits);
    return traits;
  }
}
