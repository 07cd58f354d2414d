import { type FileFacts, pathOfKey } from '@parseltongue/isg-core';
import type { ExactTier } from './exact-tier.js';

/**
 * Keeps of a tier what still holds for the files as they are now: statements whose own file, and for an edge also the
 * file it leads to, has the bytes the compiler saw. The rest is the typed tier's again.
 */
export function narrowExactTier(
  tier: ExactTier,
  files: Iterable<Pick<FileFacts, 'path' | 'hash'>>,
): ExactTier {
  const current = new Map([...files].map(({ path, hash }) => [path, hash]));
  const holds = (path: string): boolean =>
    tier.files[path] !== undefined && tier.files[path] === current.get(path);
  return {
    ...tier,
    files: Object.fromEntries(Object.entries(tier.files).filter(([path]) => holds(path))),
    edges: tier.edges.filter(({ from, to }) => holds(pathOfKey(from)) && holds(pathOfKey(to))),
    elsewhere: Object.fromEntries(Object.entries(tier.elsewhere).filter(([path]) => holds(path))),
    facts: tier.facts.filter(({ key }) => holds(pathOfKey(key))),
  };
}
