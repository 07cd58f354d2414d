import type { TextReplacement } from '@parseltongue/isg-core';

/** A text after replacing, and where each replacement came to stand in it, in the order given. */
export interface LandedText {
  text: string;
  landed: { start: number; end: number }[];
}

/**
 * Replaces byte ranges of one text; insertions at one place keep their order and line ends follow the text.
 *
 * Undefined when a range lies outside the text or cuts a character: then the offsets speak of another version.
 */
export function applyReplacements(
  text: string,
  replacements: readonly TextReplacement[],
): string | undefined {
  return landReplacements(text, replacements)?.text;
}

/** The same, telling where the new bytes are. */
export function landReplacements(
  text: string,
  replacements: readonly TextReplacement[],
): LandedText | undefined {
  const bytes = Buffer.from(text, 'utf8');
  const usesCrlf = /\r\n/.test(text) && !/[^\r]\n/.test(text);
  const ordered = replacements
    .map((r, i) => ({ r, i }))
    .sort((a, b) => a.r.start - b.r.start || a.r.end - b.r.end || a.i - b.i);
  const parts: Buffer[] = [];
  const landed: LandedText['landed'] = replacements.map(() => ({ start: 0, end: 0 }));
  let from = 0;
  let length = 0;
  for (const { r, i } of ordered) {
    if (r.start < from || r.start > r.end || !isBoundary(bytes, r.start) || !isBoundary(bytes, r.end))
      return undefined;
    const inserted = Buffer.from(usesCrlf ? r.replacement.replace(/\r?\n/g, '\r\n') : r.replacement, 'utf8');
    parts.push(bytes.subarray(from, r.start), inserted);
    length += r.start - from;
    landed[i] = { start: length, end: length + inserted.length };
    length += inserted.length;
    from = r.end;
  }
  return { text: Buffer.concat([...parts, bytes.subarray(from)]).toString('utf8'), landed };
}

function isBoundary(bytes: Buffer, at: number): boolean {
  if (at > bytes.length) return false;
  return at === bytes.length || ((bytes[at] ?? 0) & 0xc0) !== 0x80;
}
