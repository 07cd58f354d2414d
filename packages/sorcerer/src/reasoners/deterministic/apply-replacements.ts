import type { TextReplacement } from '@parseltongue/isg-core';

/**
 * Replaces byte ranges of one text, bottom-up, so that earlier offsets stay valid.
 *
 * Insertions at one place keep their order. Line ends follow the text. Undefined when a range lies outside the text or
 * cuts a character: then the offsets speak of another version.
 */
export function applyReplacements(
  text: string,
  replacements: readonly TextReplacement[],
): string | undefined {
  let bytes = Buffer.from(text, 'utf8');
  const usesCrlf = /\r\n/.test(text) && !/[^\r]\n/.test(text);
  const ordered = replacements
    .map((r, i) => ({ r, i }))
    .sort((a, b) => b.r.start - a.r.start || b.r.end - a.r.end || b.i - a.i);
  for (const { r } of ordered) {
    if (!isBoundary(bytes, r.start) || !isBoundary(bytes, r.end) || r.start > r.end) return undefined;
    const inserted = usesCrlf ? r.replacement.replace(/\r?\n/g, '\r\n') : r.replacement;
    bytes = Buffer.concat([bytes.subarray(0, r.start), Buffer.from(inserted, 'utf8'), bytes.subarray(r.end)]);
  }
  return bytes.toString('utf8');
}

function isBoundary(bytes: Buffer, at: number): boolean {
  if (at > bytes.length) return false;
  return at === bytes.length || ((bytes[at] ?? 0) & 0xc0) !== 0x80;
}
