import { estimateTokenCount } from '@parseltongue/isg-core';

/** Lines of one kind; an entry goes in whole or not at all. */
export interface ContextSection {
  title: string;
  entries: readonly string[];
  /** Share of the budget this section may take; what it leaves goes to the next ones. */
  share: number;
}

/** The text of a context and what did not fit into it. */
export interface PackedContext {
  text: string;
  /** {@link estimateTokenCount} of `text`; never above the budget. */
  tokenCount: number;
  leftOut: number;
}

/**
 * Packs sections into a token budget, in the order given, best entries first.
 *
 * Deterministic; what is left out is counted in the text. A budget too small for anything gives an empty text.
 */
export function packContext(sections: readonly ContextSection[], tokenBudget: number): PackedContext {
  const parts: string[] = [];
  let leftOut = 0;
  let carried = 0;
  for (const section of sections) {
    if (section.entries.length === 0) continue;
    const room = Math.min(tokenBudget - costOf(parts), Math.floor(tokenBudget * section.share) + carried);
    const packed = packSection(section, room);
    leftOut += packed.leftOut;
    carried = Math.max(0, room - costOf([packed.text]));
    if (packed.text !== '') parts.push(packed.text);
  }
  const text = parts.join('\n');
  return { text, tokenCount: estimateTokenCount(text), leftOut };
}

/** Room for the line that counts what was left out. */
const NOTE_TOKENS = 16;

function packSection(section: ContextSection, room: number): { text: string; leftOut: number } {
  const lines = [`## ${section.title}`];
  let used = costOf(lines);
  let taken = 0;
  for (const entry of section.entries) {
    const cost = costOf([entry]);
    if (used + cost > room - NOTE_TOKENS) break;
    lines.push(entry);
    used += cost;
    taken += 1;
  }
  const leftOut = section.entries.length - taken;
  if (taken === 0) return { text: '', leftOut };
  if (leftOut > 0) lines.push(`(${leftOut} more left out)`);
  return { text: `${lines.join('\n')}\n`, leftOut };
}

/** Each part is rounded up with its line end, so the sum never understates the joined text. */
function costOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + estimateTokenCount(`${part}\n`), 0);
}
