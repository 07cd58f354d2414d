import type { Draft, NameList } from './rule.js';

/** Longest summary in UTF-16 units, and so in characters. */
export const MAX_SUMMARY_LENGTH = 120;

const LONGEST_NAME = 60;
const MOST_NAMES = 8;
// Control, zero-width, line separator and bidirectional override characters.
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029\ufffd]+/gu;
const PLAIN = /^[ -~]*$/;
const DANGLING =
  /[\s,;:(]+(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|nor|if|is|are|be|as|that|which|whether|when|while|this|its|into|than|not|no|but|only|any|each|will|can|may|must|it|has|have|do|does)?$/i;

/** Fits a draft to one line; undefined when not even its head fits. */
export function composeLine(draft: Draft): string | undefined {
  let line = formatPiece(draft.head, MAX_SUMMARY_LENGTH) ?? cutHead(draft.head);
  if (line === undefined) return undefined;
  for (const clause of draft.clauses) {
    const piece = formatPiece(clause, MAX_SUMMARY_LENGTH - line.length - 2);
    if (piece !== undefined) line += `; ${piece}`;
  }
  return line;
}

/** `a, b and 5 more` within `room` characters; undefined when not one name fits. */
export function formatNames(names: readonly string[], room: number): string | undefined {
  const usable = names.filter((name) => name.length <= LONGEST_NAME && name !== '');
  for (let count = Math.min(usable.length, MOST_NAMES); count > 0; count -= 1) {
    const shown = usable.slice(0, count);
    const rest = names.length - count;
    const last = rest > 0 ? `${rest} more` : shown.pop();
    const text = shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last ?? ''}`;
    if (text.length <= room) return text;
  }
  return undefined;
}

/** One line without unseen characters and doubled spaces. */
export function cleanLine(text: string): string {
  const seen = PLAIN.test(text) ? text : text.replace(UNSEEN, ' ');
  return seen.replace(/\s+/g, ' ').trim();
}

/** Cuts behind a whole word and marks the cut with ` ...`; undefined when no word fits. */
export function cutAtWord(text: string, room: number): string | undefined {
  if (text.length <= room) return text;
  const space = text.lastIndexOf(' ', room - 4);
  const cut = space > 0 ? text.slice(0, space) : cutUnspaced(text, room - 4);
  let kept = cut;
  for (let shorter = kept.replace(DANGLING, ''); shorter !== kept; shorter = kept.replace(DANGLING, ''))
    kept = shorter;
  return kept === '' ? undefined : `${kept} ...`;
}

// Scripts without spaces: the language's own word boundaries.
function cutUnspaced(text: string, room: number): string {
  let end = 0;
  for (const word of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(
    text.slice(0, room + 40),
  )) {
    if (word.index + word.segment.length > room) break;
    end = word.index + word.segment.length;
  }
  return text.slice(0, end);
}

// A name of many words: as many as fit, but at least one behind the verb.
function cutHead(head: string | NameList): string | undefined {
  const text = typeof head === 'string' ? cutAtWord(cleanLine(head), MAX_SUMMARY_LENGTH) : undefined;
  return text !== undefined && text.split(' ').length > 2 ? text : undefined;
}

function formatPiece(piece: string | NameList, room: number): string | undefined {
  if (typeof piece === 'string') {
    const text = cleanLine(piece);
    return text.length <= room && text !== '' ? text : undefined;
  }
  const names = formatNames(piece.names.map(cleanLine), room - piece.lead.length - 1);
  return names === undefined ? undefined : `${piece.lead} ${names}`;
}
