import type { Finding } from './pull-findings.js';

/**
 * The findings of `after` that `before` does not have, as multisets of code and message.
 *
 * Compared file by file first; what a file lost then pays for what another one gained, because an item may have moved.
 */
export function subtractFindings(after: readonly Finding[], before: readonly Finding[]): Finding[] {
  const inFile = drop(after, before, (finding) => `${finding.path}\u0000${identify(finding)}`);
  return drop(inFile.added, inFile.left, identify).added;
}

function drop(
  after: readonly Finding[],
  before: readonly Finding[],
  keyOf: (finding: Finding) => string,
): { added: Finding[]; left: Finding[] } {
  const known = new Map<string, Finding[]>();
  for (const finding of before) {
    const same = known.get(keyOf(finding)) ?? [];
    same.push(finding);
    known.set(keyOf(finding), same);
  }
  const added = after.filter((finding) => known.get(keyOf(finding))?.pop() === undefined);
  return { added, left: [...known.values()].flat() };
}

function identify(finding: Finding): string {
  return `${finding.code ?? ''}\u0000${finding.message}`;
}
