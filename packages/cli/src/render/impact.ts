import type { BlastAnswer, WalkHit } from '@parseltongue/codegraph-store';
import type { RowKey } from '@parseltongue/isg-core';
import { renderMeta } from './answer.js';
import { countOf } from './table.js';

/** The blast radius as a tree: one branch a distance, tests apart; says when it ends only because `depth` does. */
export function renderImpact(keys: readonly RowKey[], answer: BlastAnswer, depth: number): string {
  const lines: string[] = [...keys];
  answer.levels.forEach((level, i) => {
    const isLast = i === answer.levels.length - 1;
    lines.push(
      `${isLast ? '└─' : '├─'} distance ${level.depth}: ${countOf(level.code_total, 'row')}, ${countOf(level.tests_total, 'test')}`,
    );
    const rows = [
      ...level.code.map((hit) => describeHit(hit, '')),
      ...level.tests.map((hit) => describeHit(hit, '[test] ')),
    ];
    rows.forEach((row, j) =>
      lines.push(`${isLast ? '   ' : '│  '}${j === rows.length - 1 ? '└─' : '├─'} ${row}`),
    );
  });
  if (answer.levels.length === 0) lines.push('└─ nothing in the repository reaches it');
  if (answer.levels.at(-1)?.depth === depth)
    lines.push(`Not followed beyond distance ${depth}: a larger depth may reach more`);
  return `${lines.join('\n')}\n${renderMeta(answer.meta)}`;
}

function describeHit(hit: WalkHit, mark: string): string {
  return `${mark}${hit.key} (${hit.via.kind} ${hit.via.key.slice(hit.via.key.lastIndexOf('-') + 1)})`;
}
