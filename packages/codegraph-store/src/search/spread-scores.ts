import type { EdgeKind } from '@parseltongue/isg-core';
import type { EdgeRecord } from '../state/edge-index.js';
import type { GraphView } from '../state/graph-view.js';
import type { TextHit } from './text-index.js';

/** How much of a row's score its neighbors get; found on one repository, checked on others. */
interface SpreadWeights {
  /** Rows that lend their score. */
  seeds: number;
  /** Along references, in both directions. */
  reference: number;
  /** To the container, the members and the rows beside it. */
  containment: number;
}

const WEIGHTS: SpreadWeights = { seeds: 20, reference: 0.1, containment: 0.05 };
/** A row with very many neighbors says little about each of them. */
const FAN_OUT_LIMIT = 200;
const STRUCTURE: EdgeKind = 'contains';

/**
 * Lets good rows lift their neighbors: one step of a random walk with restart over the typed and exact edges.
 *
 * The share of each neighbor falls with the square root of how many there are.
 */
export function spreadScores(view: GraphView, ranked: readonly TextHit[]): TextHit[] {
  const scores = new Map(ranked.map(({ key, score }) => [key, score]));
  for (const { key, score } of ranked.slice(0, WEIGHTS.seeds)) {
    const { references, structure } = listNeighbors(view, key);
    lend(scores, references, score * WEIGHTS.reference);
    lend(scores, structure, score * WEIGHTS.containment);
  }
  const hits = [...scores].map(([key, score]) => ({ key, score }));
  return hits.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}

function lend(scores: Map<string, number>, neighbors: ReadonlySet<string>, score: number): void {
  if (neighbors.size === 0 || neighbors.size > FAN_OUT_LIMIT) return;
  const share = score / Math.sqrt(neighbors.size);
  for (const key of neighbors) scores.set(key, (scores.get(key) ?? 0) + share);
}

function listNeighbors(view: GraphView, key: string): { references: Set<string>; structure: Set<string> } {
  const references = new Set<string>();
  const structure = new Set<string>();
  const visit = (edge: EdgeRecord, other: string) => {
    if (edge.resolution === 'name' || other === key) return;
    (edge.kind === STRUCTURE ? structure : references).add(other);
  };
  for (const edge of view.edgesFrom(key)) visit(edge, edge.to);
  for (const edge of view.edgesTo(key)) {
    visit(edge, edge.from);
    if (edge.kind !== STRUCTURE) continue;
    const siblings = view.edgesFrom(edge.from).filter(({ kind }) => kind === STRUCTURE);
    if (siblings.length <= FAN_OUT_LIMIT) for (const sibling of siblings) visit(sibling, sibling.to);
  }
  return { references, structure };
}
