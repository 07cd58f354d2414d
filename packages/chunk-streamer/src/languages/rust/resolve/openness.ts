import type { Scope } from './model.js';
import { type Names, scopeOf } from './names.js';

/**
 * True when all names of a module are known: no macro call, derive or attribute that may define some, and no glob
 * import from outside the repository.
 */
export function isClosed(scope: Scope, names: Names, visited = new Set<Scope>()): boolean {
  if (visited.has(scope)) return true;
  visited.add(scope);
  if (scope.isOpaque || scope.crate.isLenient || scope.crate.kind === 'std') return false;
  for (const glob of scope.globs) {
    const target = names.globTarget(glob);
    if (target === null || target.tag !== 'definition' || target.isStd) return false;
    const inner = scopeOf(target);
    if (inner !== null && !isClosed(inner, names, visited)) return false;
  }
  return true;
}
