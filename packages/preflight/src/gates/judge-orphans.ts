import type { GraphProblem } from '../ports.js';
import type { GateContext } from './gate-context.js';
import { readTreeText } from './read-texts.js';

/** The code of a graph problem for a file no `mod` item reaches. */
export const ORPHAN_MODULE = 'orphan_module';

/**
 * Decides which files no `mod` item reaches block; cargo says nothing of them.
 *
 * Certain below a package's `src`, unless some source names the file in quotes, as `include!` and `#[path]` do.
 * Elsewhere such files are often data of tests.
 */
export async function judgeOrphans(
  problems: readonly GraphProblem[],
  context: GateContext,
): Promise<GraphProblem[]> {
  const orphans = problems.filter((problem) => problem.code === ORPHAN_MODULE);
  const candidates = orphans.filter((problem) => /(^|\/)src\//.test(problem.path));
  if (candidates.length === 0) return orphans;
  const quoted = await collectQuotedNames(context);
  return orphans.map((problem) => {
    const name = problem.path.split('/').at(-1) ?? '';
    const certain = candidates.includes(problem) && !quoted.has(name);
    return { ...problem, certain: problem.certain || certain };
  });
}

/** Names of Rust files that stand in quotes somewhere in the future tree. */
async function collectQuotedNames(context: GateContext): Promise<Set<string>> {
  const changed = new Map(context.proposal.files.map((file) => [file.path, file.after]));
  const known = (await context.graph.files()).map((file) => file.path).filter((path) => !changed.has(path));
  const names = new Set<string>();
  const collect = (text: string | null): void => {
    for (const match of (text ?? '').matchAll(/([\w.-]+\.rs)"/g)) names.add(match[1] ?? '');
  };
  for (const path of known) collect(await readTreeText(context, path));
  for (const text of changed.values()) collect(text);
  return names;
}
