import { isBuilt } from './cfg-worlds.js';
import type { Crate, Scope } from './model.js';
import { isClosed, isClosedAround } from './openness.js';
import type { ProblemPlace } from './problem-collector.js';
import type { NameTools } from './tools.js';

/** Names of the prelude that are not in the picture of the standard library. */
const MORE_PRELUDE = new Set(
  'size_of size_of_val align_of align_of_val concat_bytes Self self super crate core std alloc proc_macro test'.split(
    ' ',
  ),
);

/** What the prelude of edition 2024 adds. */
const LATE_PRELUDE = new Set(['Future', 'IntoFuture']);

/** Reports a name by itself that nothing in sight has; certain when every scope around it is closed. */
export function reportUnknownName(
  tools: NameTools,
  place: ProblemPlace & { scope: Scope; mask: number; isHead: boolean },
): void {
  const { name, scope, mask, isHead } = place;
  const { crate } = scope;
  if (name === '' || crate.isLenient || MORE_PRELUDE.has(name) || crate.dependencies.has(name)) return;
  if (crate.edition >= 2024 && LATE_PRELUDE.has(name)) return;
  const mayBeCrate = isHead && /^[a-z_]/.test(name) && hasForeignCrate(crate);
  const certain = !mayBeCrate && isBuilt(mask) && isClosedAround(scope, name, tools);
  const message = `no ${name} in sight of module ${scope.module.path} of crate ${scope.crate.name}`;
  tools.problems.add('unresolved_name', place, { message, certain });
}

/** The library of a dependency may have another name than its package. */
function hasForeignCrate(crate: Crate): boolean {
  return [...crate.dependencies].some(
    ([name, target]) => 'tag' in target && name !== 'proc_macro' && name !== 'test',
  );
}

/** Reports the first segment of a path that a module of the repository does not have. */
export function reportMissingName(
  tools: NameTools,
  within: Scope,
  place: ProblemPlace & { mask: number; isUnsure: boolean },
): void {
  const { name, mask, isUnsure } = place;
  const message = `no ${name} in module ${within.path} of crate ${within.crate.name}`;
  const certain = !isUnsure && isBuilt(mask & within.mask) && isClosed(within, name, tools);
  tools.problems.add('unresolved_path', place, { message, certain });
}
