import type { TreeContext } from '@parseltongue/preflight';
import type { RepositoryPlace } from '../config/locate-repository.js';

/** What git and the apply journal need of a place. */
export function createTreeContext(
  place: RepositoryPlace,
  env: Readonly<Record<string, string | undefined>>,
): TreeContext {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { root: place.root, stateDir: place.cacheDir, env: Object.fromEntries(entries) };
}
