import { DefFlag } from '../facts.js';
import { Definition, type Scope } from './model.js';
import { type Names, scopeOf } from './names.js';

/** An attribute or derive of another crate may add names beside its item. */
function hasAttributeMacro(scope: Scope): boolean {
  for (const bindings of scope.names.values()) {
    for (const { target } of bindings) {
      if (target instanceof Definition && (target.fact.flags & DefFlag.attributeMacro) !== 0) return true;
    }
  }
  return false;
}

/**
 * True when all names of a module are known: no macro call that may define some, no configuration that may add some,
 * and no glob import from outside the repository.
 */
export function isClosed(scope: Scope, names: Names, visited = new Set<Scope>()): boolean {
  if (visited.has(scope)) return true;
  visited.add(scope);
  if (scope.isOpaque || hasAttributeMacro(scope) || scope.crate.isLenient || scope.crate.kind === 'std')
    return false;
  for (const glob of scope.globs) {
    const target = names.globTarget(glob);
    if (target === null || target.tag !== 'definition' || target.isStd) return false;
    const inner = scopeOf(target);
    if (inner !== null && !isClosed(inner, names, visited)) return false;
  }
  return true;
}
