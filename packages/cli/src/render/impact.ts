import type { BlastAnswer, WalkHit } from '@parseltongue/codegraph-store';
import type { RowKey } from '@parseltongue/isg-core';
import { renderMeta } from './answer.js';
import { wrapText } from './fit-text.js';
import { countOf } from './table.js';

/** The blast radius as a tree: one branch a distance, tests apart; says when it ends only because `depth` does. */
export function renderImpact(
  keys: readonly RowKey[],
  answer: BlastAnswer,
  { depth, columns }: { depth: number; columns?: number | undefined },
): string {
  const lines: string[] = [...keys];
  answer.levels.forEach((level, i) => {
    const isLast = i === answer.levels.length - 1;
    lines.push(
      `${isLast ? '└─' : '├─'} distance ${level.depth}: ${countOf(level.code_total, 'row')}, ${countOf(level.tests_total, 'test')}`,
    );
    const hidden = level.code_total + level.tests_total - level.code.length - level.tests.length;
    const rows = [
      ...level.code.map((hit) => describeHit(hit, '')),
      ...level.tests.map((hit) => describeHit(hit, '[test] ')),
      ...(hidden > 0 ? [`… ${countOf(hidden, 'row')} more, over the budget`] : []),
    ];
    const trunk = isLast ? '   ' : '│  ';
    rows.forEach((row, j) => {
      const [mark, hang] = j === rows.length - 1 ? ['└─', '   '] : ['├─', '│  '];
      lines.push(...wrapText(`${trunk}${mark} ${row}`, columns, `${trunk}${hang}  `));
    });
  });
  if (answer.levels.length === 0) lines.push('└─ nothing in the repository reaches it');
  if (answer.levels.at(-1)?.depth === depth)
    lines.push(
      ...wrapText(`Not followed beyond distance ${depth}: a larger depth may reach more`, columns, '   '),
    );
  lines.push(...wrapText(renderMeta(answer.meta).trimEnd(), columns, '   '));
  return `${lines.join('\n')}\n`;
}

function describeHit(hit: WalkHit, mark: string): string {
  return `${mark}${hit.key} (${hit.via.kind} ${hit.via.key.slice(hit.via.key.lastIndexOf('-') + 1)})`;
}
