import { preferredWorld } from './cfg-worlds.js';
import type { Definition, Resolved } from './model.js';

/** What a name may stand for, and the configurations in which it does. */
export interface Candidate {
  target: Resolved;
  mask: number;
}

/** The configurations that have a definition; what is not ours is in all of them. */
export function maskOf(target: Resolved): number {
  return target.tag === 'definition' ? target.mask : -1;
}

/** The candidate of the asker's own configuration, or of any; null when two different ones remain. */
export function pick(
  candidates: readonly Candidate[],
  { mask, isLoose }: { mask: number; isLoose: boolean },
): Resolved | null {
  const world = 1 << preferredWorld(mask);
  const active = candidates.filter((candidate) => (candidate.mask & world) !== 0);
  const possible =
    isLoose && active.length === 0 ? candidates.filter((candidate) => (candidate.mask & mask) !== 0) : active;
  const pool = isLoose && possible.length === 0 ? candidates : possible;
  const leader = pool[0]?.target;
  return leader !== undefined && pool.every((candidate) => isSame(candidate.target, leader)) ? leader : null;
}

/** True when two answers name one thing. */
export function isSame(a: Resolved, b: Resolved): boolean {
  if (a === b) return true;
  if (a.tag === 'definition' && b.tag === 'definition') return a.inner !== undefined && a.inner === b.inner;
  if (a.tag === 'external' && b.tag === 'external')
    return a.crate === b.crate && a.path.join('::') === b.path.join('::');
  return a.tag === 'primitive' && b.tag === 'primitive' && a.name === b.name;
}

/** The macro of the asker's configuration; one that is defined twice is ambiguous. */
export function pickMacro(defs: readonly Definition[], mask: number): Definition | null {
  const candidates = defs.map((target) => ({ target, mask: target.mask }));
  const found = pick(candidates, { mask, isLoose: true });
  return found?.tag === 'definition' ? found : null;
}
