import type { MacroWords } from './macro-words.js';
import type { Scope } from './model.js';
import { scopeOf } from './module-root.js';
import type { Names } from './names.js';

/** What decides whether a module may have a name nobody sees. */
export interface Openness {
  names: Names;
  macroWords: MacroWords;
}

/**
 * True when a module surely has no such name: none it declares or imports, no macro call, derive or attribute that may
 * define it, and no glob import from outside the repository.
 */
export function isClosed(
  scope: Scope,
  name: string,
  { names, macroWords }: Openness,
  visited = new Set<Scope>(),
): boolean {
  if (visited.has(scope)) return true;
  visited.add(scope);
  if (
    scope.names.has(name) ||
    scope.crate.isLenient ||
    scope.crate.kind === 'std' ||
    macroWords.mayDefine(scope, name)
  )
    return false;
  for (const glob of scope.globs) {
    const target = names.globTarget(glob);
    if (target === null || target.tag !== 'definition' || target.isStd) return false;
    const inner = scopeOf(target);
    if (inner !== null && !isClosed(inner, name, { names, macroWords }, visited)) return false;
  }
  return true;
}

/** True when code in this scope sees no name beyond those known: its blocks and its module are closed. */
export function isClosedAround(scope: Scope, name: string, openness: Openness): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    if (!isClosed(at, name, openness)) return false;
  }
  return true;
}
