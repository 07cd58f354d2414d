import { createTwoFilesPatch } from 'diff';
import type { Colors } from '../io.js';

/** A file before and after; null where it does not exist. */
export interface FilePair {
  path: string;
  before: string | null;
  after: string | null;
}

/** The change as a unified diff that `git apply` accepts. */
export function renderDiff(pairs: readonly FilePair[]): string {
  return pairs.map(renderFile).join('');
}

/** Colors a unified diff for a terminal: removed red, added green, places cyan. */
export function colorDiff(diff: string, colors: Colors): string {
  return diff
    .split('\n')
    .map((line) => {
      if (/^(---|\+\+\+|diff )/.test(line)) return colors.bold(line);
      if (line.startsWith('@@')) return colors.cyan(line);
      if (line.startsWith('+')) return colors.green(line);
      return line.startsWith('-') ? colors.red(line) : line;
    })
    .join('\n');
}

function renderFile({ path, before, after }: FilePair): string {
  const from = before === null ? '/dev/null' : `a/${path}`;
  const to = after === null ? '/dev/null' : `b/${path}`;
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '', '', '', { context: 3 });
  return patch.replace(/^=+\n/, '').replace(/\t$/gm, '');
}
