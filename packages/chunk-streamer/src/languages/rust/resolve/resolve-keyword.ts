import type { Scope } from './model.js';
import { rootOf } from './module-root.js';
import type { PathResult } from './name-question.js';

/** What the keywords a path starts with stand for; undefined for a path that starts with a name. */
export function resolveKeyword(segments: readonly string[], scope: Scope): PathResult | undefined {
  let used = 0;
  let at: Scope | undefined = scope.module;
  if (segments[0] === 'crate' || segments[0] === '$crate') {
    return { target: rootOf(scope.crate), used: 1, within: null };
  }
  if (segments[0] === 'self') used = 1;
  while (segments[used] === 'super' && at !== undefined) {
    at = at.parent;
    used += 1;
  }
  if (used === 0) return undefined;
  return { target: at?.def ?? null, used, within: null };
}
