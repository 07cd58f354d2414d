import { createTwoFilesPatch } from 'diff';

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

function renderFile({ path, before, after }: FilePair): string {
  const from = before === null ? '/dev/null' : `a/${path}`;
  const to = after === null ? '/dev/null' : `b/${path}`;
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '', '', '', { context: 3 });
  return patch.replace(/^=+\n/, '').replace(/\t$/gm, '');
}
