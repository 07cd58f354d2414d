/** A directed graph by node number. */
export type Successors = readonly (readonly number[])[];

interface Visit {
  index: Int32Array;
  low: Int32Array;
  isOpen: Uint8Array;
  open: number[];
  count: number;
}

const UNSEEN = -1;

/**
 * Strongly connected components (Tarjan 1972) without recursion, each in rising order; single nodes included.
 *
 * Components come after those they point to.
 */
export function findConnectedGroups(successors: Successors): number[][] {
  const size = successors.length;
  const visit: Visit = {
    index: new Int32Array(size).fill(UNSEEN),
    low: new Int32Array(size),
    isOpen: new Uint8Array(size),
    open: [],
    count: 0,
  };
  const groups: number[][] = [];
  for (let root = 0; root < size; root += 1)
    if (visit.index[root] === UNSEEN) visitFrom(root, successors, { visit, groups });
  return groups;
}

function visitFrom(root: number, successors: Successors, found: { visit: Visit; groups: number[][] }): void {
  const { visit, groups } = found;
  const path = [{ node: root, next: 0 }];
  enter(visit, root);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const target = successors[top.node]?.[top.next];
    top.next += 1;
    if (target === undefined) {
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(visit, parent.node, at(visit.low, top.node));
      if (visit.low[top.node] === visit.index[top.node]) groups.push(closeGroup(visit, top.node));
    } else if (visit.index[target] === UNSEEN) {
      enter(visit, target);
      path.push({ node: target, next: 0 });
    } else if (visit.isOpen[target] === 1) lower(visit, top.node, at(visit.index, target));
  }
}

function enter(visit: Visit, node: number): void {
  visit.index[node] = visit.count;
  visit.low[node] = visit.count;
  visit.count += 1;
  visit.open.push(node);
  visit.isOpen[node] = 1;
}

function lower(visit: Visit, node: number, value: number): void {
  visit.low[node] = Math.min(at(visit.low, node), value);
}

function closeGroup(visit: Visit, root: number): number[] {
  const group = visit.open.splice(visit.open.lastIndexOf(root));
  for (const node of group) visit.isOpen[node] = 0;
  return group.sort((a, b) => a - b);
}

function at(values: Int32Array, node: number): number {
  return values[node] as number;
}
