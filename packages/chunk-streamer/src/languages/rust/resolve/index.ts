import type { Edge, ReferenceCounts } from '@parseltongue/isg-core';
import type { RustFacts } from '../facts.js';
import type { RustItem } from '../syntax.js';
import type { GraphProblem } from './graph-problem.js';

export type { GraphProblem, GraphProblemCode } from './graph-problem.js';
export { locateModules, type ModulePlace } from './locate-modules.js';

/** What the typed tier finds in one repository. */
export interface ResolveResult {
  edges: Edge[];
  references: ReferenceCounts[];
  problems: GraphProblem[];
}

/** Not yet. */
export function resolveRepository(_input: {
  files: readonly { path: string; items: readonly RustItem[]; facts: RustFacts }[];
  manifests: readonly { path: string; text: string }[];
}): ResolveResult {
  return { edges: [], references: [], problems: [] };
}
