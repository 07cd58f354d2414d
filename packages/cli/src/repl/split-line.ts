const WORD = /(?:\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"'])+/g;
const PART = /\\(.)|"((?:[^"\\]|\\.)*)"?|'([^']*)'?/g;

/** A line cut into arguments: blanks separate, quotes keep together, a backslash takes the next character as it is. */
export function splitLine(line: string): string[] {
  return (line.match(WORD) ?? []).map((word) => word.replace(PART, unquote));
}

function unquote(_part: string, ...[escaped, double, single]: (string | undefined)[]): string {
  return escaped ?? double?.replace(/\\(.)/g, '$1') ?? single ?? '';
}
