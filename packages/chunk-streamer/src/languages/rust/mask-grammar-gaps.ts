import { readTokens, skipBrackets, skipTrivia } from './lex.js';

/** A keyword the grammar does not know, replaced by spaces. Offsets are UTF-16 units. */
export interface BlankedKeyword {
  start: number;
  end: number;
}

/** An item the grammar does not know, replaced by one it does at the same place. */
export interface ReplacedItem {
  start: number;
  end: number;
  kind: 'macro' | 'trait';
}

/** A text of the same length that the grammar accepts, and what was changed to get it. */
export interface MaskedText {
  text: string;
  blanked: BlankedKeyword[];
  replaced: ReplacedItem[];
}

interface Gap {
  /** Cheap test: without this text the pattern cannot match. */
  hint: string;
  pattern: RegExp;
}

// Each keyword is valid Rust that tree-sitter-rust 0.24 rejects in front of what follows it. Comments and strings may
// match as well: blanks there change no structure, and every text handed out is cut from the original. What follows must
// stand on the same line, so that no match ever spans the end of a line comment.
const KEYWORDS: readonly Gap[] = [
  { hint: 'extern', pattern: /\bunsafe(?=[ \t]+extern\s*(?:"[^"\n]*"|r"[^"\n]*")?\s*\{)/g },
  { hint: 'safe ', pattern: /\bsafe(?=[ \t]+(?:fn|static|extern)\b)/g },
  { hint: 'auto ', pattern: /\bauto(?=[ \t]+trait\b)/g },
  { hint: 'const ', pattern: /\bconst(?=[ \t]+(?:unsafe[ \t]+)?(?:auto[ \t]+)?(?:trait|impl)\b)/g },
  { hint: 'default ', pattern: /\bdefault(?=[ \t]+(?:const|type|impl|unsafe[ \t]+impl)\b)/g },
  {
    hint: '> const ',
    pattern: /(?<=\bimpl[ \t]*<[^{;\n]*>[ \t]+)const(?=[ \t]+[\p{XID_Start}_:])/gu,
  },
  { hint: 'impl const ', pattern: /(?<=\bimpl[ \t]+)const(?=[ \t]+[\p{XID_Start}_:])/gu },
  { hint: 'const', pattern: /(?:~const|\[const\])(?=[ \t]+[\p{XID_Start}_:])/gu },
  // Only types of extern blocks have a visibility and no value.
  {
    hint: ' type ',
    pattern: /\bpub(?:[ \t]*\([^()\n]*\))?(?=[ \t]+type[ \t]+[\p{XID_Continue}#]+[ \t]*;)/gu,
  },
];

// Tokens it rejects in some places, and tokens of equal length that it takes there.
const TOKENS: readonly (Gap & { by: string })[] = [
  { hint: 'try!', pattern: /\btry!/g, by: 'tr_!' },
  { hint: 'str!', pattern: /\bstr!(?=[ \t]*[([{])/g, by: 's_r!' },
  { hint: '&raw', pattern: /&raw\b(?!\s+(?:const|mut)\b)/g, by: '&r_w' },
  { hint: '()', pattern: /(?<![\p{XID_Continue}\])>])\(\)(?=[ \t]*:(?!:))/gu, by: 'u8' },
  { hint: '~', pattern: /~/g, by: '-' },
  { hint: '$', pattern: /\$(?!\s*[\p{XID_Start}_(])/gu, by: '%' },
];
const MACRO_ITEM_HINT = /\bmacro\s+[\p{XID_Start}_][\p{XID_Continue}]*\s*[({]/u;
const TRAIT_ALIAS_HINT = /\btrait\s+[\p{XID_Start}_][^;{]*=[^;{]*;/u;

/**
 * Rewrites valid Rust that the grammar rejects into text of equal length and equal lines that it accepts.
 *
 * `unsafe extern` blocks, `safe fn`, `auto trait`, `default impl`, `const trait` and `impl const` lose the keyword;
 * tokens such as `~` become others;
 * `macro name(..) {..}` becomes an invocation and `trait A = B;` a type alias at the same place.
 */
export function maskGrammarGaps(text: string): MaskedText {
  const masked: MaskedText = { text, blanked: [], replaced: [] };
  blankKeywords(masked);
  replaceTokens(masked);
  if (MACRO_ITEM_HINT.test(text) || TRAIT_ALIAS_HINT.test(text)) replaceItems(masked, text);
  return masked;
}

function blankKeywords(masked: MaskedText): void {
  const { text } = masked;
  for (const { hint, pattern } of KEYWORDS) {
    if (!text.includes(hint)) continue;
    masked.text = masked.text.replace(pattern, (keyword: string, start: number) => {
      masked.blanked.push({ start, end: start + keyword.length });
      return ' '.repeat(keyword.length);
    });
  }
  masked.blanked.sort((a, b) => a.start - b.start);
}

function replaceTokens(masked: MaskedText): void {
  for (const { hint, pattern, by } of TOKENS) {
    if (masked.text.includes(hint)) masked.text = masked.text.replace(pattern, by);
  }
}

function replaceItems(masked: MaskedText, original: string): void {
  const words: { text: string; start: number; end: number }[] = [];
  let coveredTo = 0;
  for (const token of readTokens(original)) {
    if (token.start < coveredTo) continue;
    const word = original.slice(token.start, token.end);
    if (token.kind !== 'word') {
      words.length = 0;
      continue;
    }
    const [keyword, at] = [words.at(-1)?.text, words.at(-1)?.start ?? 0];
    const replaced =
      keyword === 'macro'
        ? macroItem(original, at, token.end)
        : keyword === 'trait'
          ? traitAlias(original, at, token.end)
          : undefined;
    if (replaced !== undefined) {
      applyReplacement(masked, replaced);
      coveredTo = replaced.end;
    }
    words.push({ text: word, start: token.start, end: token.end });
  }
}

function macroItem(text: string, keyword: number, nameEnd: number): ReplacedItem | undefined {
  const visibility = /pub(?:\s*\([^()]*\))?\s+$/.exec(text.slice(Math.max(0, keyword - 80), keyword));
  const start = keyword - (visibility?.[0].length ?? 0);
  let open = skipTrivia(text, nameEnd, text.length);
  if (text[open] === '(') open = skipTrivia(text, skipBrackets(text, open), text.length);
  if (text[open] !== '{') return undefined;
  return { start, end: skipBrackets(text, open), kind: 'macro' };
}

// Only a `=` outside generics makes an alias: `trait A<T = B> {}` is none.
function traitAlias(text: string, start: number, nameEnd: number): ReplacedItem | undefined {
  let depth = 0;
  for (const token of readTokens(text, nameEnd)) {
    const char = text[token.start] ?? '';
    if (char === '{' || char === ';') return undefined;
    if ('<([{'.includes(char)) depth += 1;
    if (')]'.includes(char) || (char === '>' && text[token.start - 1] !== '-')) depth -= 1;
    if (char !== '=' || depth > 0) continue;
    const end = text.indexOf(';', token.end);
    return end === -1 ? undefined : { start, end: end + 1, kind: 'trait' };
  }
  return undefined;
}

function applyReplacement(masked: MaskedText, item: ReplacedItem): void {
  const before = masked.text.slice(0, item.start);
  const after = masked.text.slice(item.end);
  const old = masked.text.slice(item.start, item.end);
  // `m!{`, the old line breaks, `}`: one invocation that ends where the item ends.
  const shape =
    item.kind === 'macro' ? `m!{${old.slice(3, -1).replace(/[^\r\n]/g, ' ')}}` : `type ${old.slice(5)}`;
  masked.text = before + shape + after;
  masked.replaced.push(item);
}
