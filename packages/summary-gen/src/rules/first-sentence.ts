const SKIPPED_LINE =
  /^(?:\||---|===|\*\*\*|<!--|<\/?(?:div|p|img|br|hr|center|table|h\d|a|picture|source|details|summary|style|span)\b|\[[^\]]+\]:\s|!\[|\[!\[)/;
const SECTION =
  /^#{1,6}\s+(?:safety|panics?|errors?|examples?|notes?|returns?|arguments|parameters|usage|see also|invariants?)\b/i;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const ABBREVIATION =
  /(?:^|[\s(])(?:e\.?g|i\.?e|etc|vs|cf|approx|incl|no|nos|fig|figs|resp|al|st|mr|mrs|dr|prof|a\.k\.a|w\.r\.t|eq|ch|sec|p|pp|vol|ca|max|min)\.$/i;
const CODE_SPAN = /(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g;
const LINK_PREFIX =
  /^(?:struct|enum|trait|union|mod|module|const|static|fn|function|method|macro|type|tyalias|value|derive|prim|primitive|attr)@/;
const TAG =
  /<\/?(?:a|b|i|em|strong|code|br|p|div|span|sup|sub|img|kbd|small|u|hr|center|details|summary)(?:\s[^<>]*)?\/?>/gi;
const LIST_MARK = /^(?:[-*+>]|\d+[.)])\s+/;
const LONGEST_PARAGRAPH = 2000;

/** The first sentence of a Markdown doc comment as plain text; empty when it holds none. */
export function findFirstSentence(doc: string): string {
  const paragraph = findParagraph(doc);
  const sentence = cutSentence(paragraph.slice(0, LONGEST_PARAGRAPH));
  return toPlainText(sentence);
}

// The first paragraph of prose; a title stands in for it when there is none.
function findParagraph(doc: string): string {
  const lines: string[] = [];
  let title = '';
  for (const line of proseLines(doc)) {
    if (SECTION.test(line)) break;
    const heading = HEADING.exec(line)?.[1];
    if (isUnderline(line, lines)) title = lines.pop() ?? '';
    else if (heading === undefined && isProse(line, lines)) lines.push(line);
    else if (lines.length > 0) break;
    else if (title === '') title = heading ?? '';
  }
  return lines.length === 0 ? title : lines.join(' ').replace(LIST_MARK, '');
}

function isUnderline(line: string, before: readonly string[]): boolean {
  return before.length === 1 && /^(?:=+|-+)$/.test(line);
}

function isProse(line: string, before: readonly string[]): boolean {
  return line !== '' && !SKIPPED_LINE.test(line) && !startsItem(line, before);
}

function startsItem(line: string, before: readonly string[]): boolean {
  return before.length > 0 && /^(?:[-*+]|\d+[.)])\s/.test(line);
}

// Trimmed lines; a fenced block counts as one empty line.
function* proseLines(doc: string): Generator<string> {
  let fence = '';
  for (const raw of doc.split('\n')) {
    const line = raw.trim();
    const mark = /^(?:```|~~~)/.exec(line)?.[0] ?? '';
    if (fence === '') {
      fence = mark;
      yield mark === '' ? line : '';
    } else if (mark === fence) fence = '';
  }
}

// A stop ends a sentence outside code and brackets, before a space, and not behind an abbreviation.
function cutSentence(text: string): string {
  let depth = 0;
  for (const match of text.matchAll(/`[^`]*`|[()[\].!?\u3002\uff01\uff1f]/g)) {
    const [mark] = match;
    if (mark === '(' || mark === '[') depth += 1;
    else if (mark === ')' || mark === ']') depth = Math.max(0, depth - 1);
    else if (!mark.startsWith('`') && isStop(text, match.index, depth)) return text.slice(0, match.index + 1);
  }
  return text;
}

function isStop(text: string, at: number, depth: number): boolean {
  if ((text[at] ?? '') > '\u3000') return true;
  return depth === 0 && endsSentence(text, at);
}

function endsSentence(text: string, at: number): boolean {
  const next = text[at + 1];
  if (next !== undefined && next !== ' ') return false;
  if (text[at - 1] === '.' || ABBREVIATION.test(text.slice(0, at + 1))) return false;
  const following = text.slice(at + 1).trimStart()[0];
  return following === undefined || !/\p{Ll}/u.test(following);
}

function toPlainText(sentence: string): string {
  const codes: string[] = [];
  // A private-use character keeps the place of code, whose content is no Markdown.
  let text = sentence.replace(CODE_SPAN, (_, ticks: string, code: string) => {
    codes.push(/^\s.*\s$/s.test(code) ? code.trim() : code); // a blank on one side alone belongs to the sentence
    return `\ue000${codes.length - 1}\ue001`;
  });
  if (/[[\]<>*_&!\\]/.test(text)) text = stripMarkup(text);
  text = text.replaceAll('`', ''); // one that opens nothing
  return text.replace(/\ue000(\d+)\ue001/g, (_, index: string) =>
    (codes[Number(index)] ?? '').replace(LINK_PREFIX, ''),
  );
}

function stripMarkup(text: string): string {
  return text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[((?:[^[\]]|\[[^[\]]*\])*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)/g, '$1')
    .replace(/\[([^[\]]+)\]\s?\[[^[\]]*\]/g, '$1')
    .replace(
      /(^|[^\w\])])\[([^[\]]+)\]/g,
      (_, before: string, label: string) => before + label.replace(LINK_PREFIX, ''),
    )
    .replace(/<(https?:[^<>\s]+)>/g, '$1')
    .replace(TAG, '')
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^*_]+?)(?<=\S)\2(?=[\s).,;:!?]|$)/g, '$1$3')
    .replace(/&(?:lt|gt|amp|quot|nbsp);/g, (entity) => ENTITIES[entity] ?? ' ')
    .replace(/\\([[\]<>*_`#\\])/g, '$1');
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };
