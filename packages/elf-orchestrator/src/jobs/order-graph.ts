import { ElfError } from '../errors.js';
import type { JobGraph } from './job-spec.js';

type GraphNode = JobGraph['nodes'][number];

/**
 * Orders the jobs of a graph so that each one comes behind those it depends on.
 *
 * @throws ElfError PT_ELF_REQUEST_INVALID for a name that is used twice, an unknown dependency and a cycle
 */
export function orderGraph(nodes: readonly GraphNode[]): GraphNode[] {
  const names = new Set(nodes.map(({ name }) => name));
  if (names.size !== nodes.length) throw describeInvalid('two jobs have one name');
  const { dependents, missing } = countDependencies(nodes, names);
  const ordered = nodes.filter(({ name }) => missing.get(name) === 0);
  // The list grows while it is walked.
  for (const { name } of ordered) {
    for (const dependent of dependents.get(name) ?? []) {
      const left = (missing.get(dependent.name) ?? 0) - 1;
      missing.set(dependent.name, left);
      if (left === 0) ordered.push(dependent);
    }
  }
  if (ordered.length === nodes.length) return ordered;
  const placed = new Set(ordered);
  const stuck = nodes.find((node) => !placed.has(node))?.name ?? '';
  throw describeInvalid(`${stuck} is part of a cycle`);
}

function countDependencies(
  nodes: readonly GraphNode[],
  names: ReadonlySet<string>,
): { missing: Map<string, number>; dependents: Map<string, GraphNode[]> } {
  const missing = new Map<string, number>();
  const dependents = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const after = new Set(node.job.after);
    missing.set(node.name, after.size);
    for (const name of after) {
      if (!names.has(name))
        throw describeInvalid(`${node.name} comes after ${name}, which is not in the graph`);
      const known = dependents.get(name);
      if (known === undefined) dependents.set(name, [node]);
      else known.push(node);
    }
  }
  return { missing, dependents };
}

function describeInvalid(problem: string): ElfError {
  return new ElfError('PT_ELF_REQUEST_INVALID', {
    message: `The job graph is not valid: ${problem}. Correct the graph and submit it again`,
    details: { field: 'nodes', problem },
  });
}
