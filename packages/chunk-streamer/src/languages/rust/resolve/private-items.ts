import { DefFlag } from '../facts.js';
import type { Resolved, Scope } from './model.js';
import type { ProblemPlace } from './problem-collector.js';
import type { NameTools } from './tools.js';

/** What a path led to and the module it was found in. */
export interface FoundItem {
  target: Resolved;
  within: Scope | null;
}

/** Reports a path to an item its module does not show; certain when the item itself stands there. */
export function reportPrivate(
  tools: NameTools,
  { target, within }: FoundItem,
  place: ProblemPlace & { scope: Scope },
): void {
  if (target.tag !== 'definition' || target.isStd || within === null || target.kind === 'variant') return;
  const isItem = target.scope === within && within.names.get(target.name)?.length === 1;
  if (!isItem || tools.names.isVisible(target.fact.vis, within, place.scope)) return;
  const isPlain =
    (target.fact.flags & (DefFlag.inMacro | DefFlag.attributeMacro)) === 0 && target.fact.cfg === undefined;
  const certain =
    isPlain &&
    target.kind !== 'macro' &&
    !within.crate.isLenient &&
    !tools.macroWords.mayDefine(within, target.name) &&
    within.globs.length === 0;
  const message = `${target.name} is private to module ${within.path} of crate ${within.crate.name}`;
  tools.problems.add('private_item', place, { message, certain });
}
