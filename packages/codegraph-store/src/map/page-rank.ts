/** A directed graph by node number; `targets[n]` lists where node n points, repeats count. */
export type Targets = readonly (readonly number[])[];

const DAMPING = 0.85;
const ITERATIONS = 50;
const TOLERANCE = 1e-8;

/**
 * PageRank by power iteration (Brin and Page 1998), personalised when `restart` holds nodes to return to.
 *
 * Same input, same bits: nodes and targets are visited in order.
 */
export function rankNodes(targets: Targets, restart: ReadonlySet<number>): Float64Array {
  const count = targets.length;
  const base = createRestart(count, restart);
  let ranks = Float64Array.from(base);
  for (let round = 0; round < ITERATIONS; round += 1) {
    const next = new Float64Array(count);
    const dangling = spreadRanks(targets, ranks, next);
    let change = 0;
    for (let node = 0; node < count; node += 1) {
      const returned = (base[node] as number) * (1 - DAMPING + DAMPING * dangling);
      next[node] = returned + DAMPING * (next[node] as number);
      change += Math.abs((next[node] as number) - (ranks[node] as number));
    }
    ranks = next;
    if (change < TOLERANCE) break;
  }
  return ranks;
}

/** Adds each node's share to its targets; returns the rank of nodes that point nowhere. */
function spreadRanks(targets: Targets, ranks: Float64Array, next: Float64Array): number {
  let dangling = 0;
  targets.forEach((list, node) => {
    const rank = ranks[node] as number;
    if (list.length === 0) dangling += rank;
    const share = rank / list.length;
    for (const target of list) next[target] = (next[target] as number) + share;
  });
  return dangling;
}

function createRestart(count: number, restart: ReadonlySet<number>): Float64Array {
  if (restart.size === 0) return new Float64Array(count).fill(count === 0 ? 0 : 1 / count);
  const base = new Float64Array(count);
  for (const node of restart) base[node] = 1 / restart.size;
  return base;
}
