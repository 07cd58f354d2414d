/** One token of Rust: a word, a lifetime, a literal or a sign. Comments and blanks are left out. */
export interface Token {
  kind: 'word' | 'lifetime' | 'literal' | 'sign';
  text: string;
  /** UTF-16 offset in the text. */
  start: number;
}

const PATTERN =
  /(?<skip>\s+|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)|(?<raw>[bc]?r(?<hash>#*)"[\s\S]*?"\k<hash>)|(?<text>[bc]?"(?:\\[\s\S]|[^"\\])*")|(?<char>b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])')|(?<lifetime>'\w+)|(?<number>\d[\w]*(?:\.\d[\w]*)?)|(?<word>(?:r#)?[\p{L}_][\p{L}\p{N}_]*)|(?<sign>::|->|=>|==|!=|<=|>=|&&|\|\||\.\.=?|[^\s])/gu;

/** Cuts a text into tokens; text that is no Rust gives tokens of some kind, never an error. */
export function tokenizeRust(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(PATTERN)) {
    const groups = match.groups ?? {};
    if (groups['skip'] !== undefined) continue;
    const start = match.index;
    if (groups['word'] !== undefined) {
      tokens.push({ kind: 'word', text: groups['word'].replace(/^r#/, ''), start });
    } else if (groups['lifetime'] !== undefined) tokens.push({ kind: 'lifetime', text: match[0], start });
    else if (groups['sign'] !== undefined) tokens.push({ kind: 'sign', text: match[0], start });
    else tokens.push({ kind: 'literal', text: match[0], start });
  }
  return tokens;
}
