import { preferredWorld } from './cfg-worlds.js';
import type { Resolved, Scope } from './model.js';

/** Names differ by who looks only inside one crate: 0 for the scope itself, 1 for other crates. */
export function viewpoint(scope: Scope, from: Scope): number {
  if (scope.module === from.module) return 0;
  return scope.crate === from.crate ? from.module.id + 2 : 1;
}

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
