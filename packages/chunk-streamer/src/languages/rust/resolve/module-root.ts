import type { Crate, Definition, Resolved, Scope } from './model.js';

/** The scope behind a module; null for everything else. */
export function scopeOf(target: Resolved | null): Scope | null {
  return target !== null && target.tag === 'definition' ? (target.inner ?? null) : null;
}

/** The definition that stands for a crate's root module. */
export function rootOf(crate: Crate): Definition | null {
  return (crate.root as Scope | undefined)?.def ?? null;
}
