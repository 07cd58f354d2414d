import { preferredWorld } from './cfg-worlds.js';
import type { Resolved, Scope } from './model.js';

/**
 * What somebody who looks from another place may see of a scope, as a number: askers with one number see the same.
 *
 * From inside the module everything is visible, from inside its parent what is `pub(super)` too.
 */
export function viewpoint(scope: Scope, from: Scope): number {
  const { module } = scope;
  if (module === from.module) return Viewpoint.inside;
  if (scope.crate !== from.crate) return Viewpoint.otherCrate;
  if (from.isInside(module)) return Viewpoint.inside;
  if (scope.isNarrowed) return Viewpoint.first + from.module.id;
  return module.parent === undefined || from.isInside(module.parent)
    ? Viewpoint.insideParent
    : Viewpoint.sameCrate;
}

const Viewpoint = { inside: 0, otherCrate: 1, insideParent: 2, sameCrate: 3, first: 4 } as const;

/** What an answer depends on beside the scope and the name. */
interface NumberedQuestion {
  world: number;
  ns: number;
  isLoose: boolean;
  viaGlob: boolean;
  viewpoint: number;
}

/** One number for everything an answer depends on: the key it is kept under. */
export function questionNumber({ world, ns, isLoose, viaGlob, viewpoint: from }: NumberedQuestion): number {
  const flags = (isLoose ? 1 : 0) + (viaGlob ? 2 : 0);
  return ((from * 32 + preferredWorld(world)) * 4 + flags) * 8 + ns;
}

/** Answers of one scope by name, then by the number of the question. */
type Answers = Map<string, Map<number, Resolved | null>>;

/** Keeps an answer. */
export function remember(
  answers: Answers,
  { name, key, found }: { name: string; key: number; found: Resolved | null },
): void {
  const known = answers.get(name);
  if (known === undefined) answers.set(name, new Map([[key, found]]));
  else known.set(key, found);
}
