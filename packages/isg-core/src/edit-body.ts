/** One block of an edit body: the text to find and the text that replaces it. */
export interface SearchBlock {
  search: string;
  replacement: string;
}

const OPEN = /^<{5,9} ?SEARCH\s*$/;
const MIDDLE = /^={5,9}\s*$/;
const CLOSE = /^>{5,9} ?REPLACE\s*$/;

/** Reads `<<<<<<< SEARCH` / `=======` / `>>>>>>> REPLACE` blocks; undefined when the body is not of that form. */
export function parseSearchBlocks(body: string): SearchBlock[] | undefined {
  const blocks: SearchBlock[] = [];
  let search: string[] | undefined;
  let replacement: string[] | undefined;
  for (const line of body.split(/\r?\n/)) {
    if (search === undefined) {
      if (OPEN.test(line)) search = [];
      else if (line.trim() !== '') return undefined;
    } else if (replacement === undefined) {
      if (MIDDLE.test(line)) replacement = [];
      else search.push(line);
    } else if (CLOSE.test(line)) {
      blocks.push({ search: search.join('\n'), replacement: replacement.join('\n') });
      search = undefined;
      replacement = undefined;
    } else {
      replacement.push(line);
    }
  }
  return search === undefined && blocks.length > 0 ? blocks : undefined;
}

/**
 * Reads the hunks of a unified diff as search blocks. Line numbers in `@@` are ignored: places are found by content.
 * Undefined when the body holds no hunk or a line that is no diff line.
 */
export function parseHunks(body: string): SearchBlock[] | undefined {
  const hunks: { search: string[]; replacement: string[] }[] = [];
  const lines = body.split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const hunk = hunks.at(-1);
    if (line.startsWith('@@')) hunks.push({ search: [], replacement: [] });
    else if (hunk === undefined) {
      if (!/^(---|\+\+\+|diff |index |new file|deleted file)/.test(line)) return undefined;
    } else if (!pushDiffLine(hunk, line)) return undefined;
  }
  const blocks = hunks.map(({ search, replacement }) => ({
    search: search.join('\n'),
    replacement: replacement.join('\n'),
  }));
  return blocks.length > 0 && blocks.every(({ search }) => search.trim() !== '') ? blocks : undefined;
}

function pushDiffLine(hunk: { search: string[]; replacement: string[] }, line: string): boolean {
  const text = line.slice(1);
  switch (line[0]) {
    case ' ':
      hunk.search.push(text);
      hunk.replacement.push(text);
      return true;
    case undefined: // an empty context line whose space was trimmed
      hunk.search.push('');
      hunk.replacement.push('');
      return true;
    case '-':
      hunk.search.push(text);
      return true;
    case '+':
      hunk.replacement.push(text);
      return true;
    case '\\':
      return true;
    default:
      return false;
  }
}
