import { estimateTokenCount } from '@parseltongue/isg-core';

/** Splits a text into parts that keep a budget: at line ends, inside a line only when the line alone is too long. */
export function splitText(text: string, maxTokens: number): string[] {
  if (estimateTokenCount(text) <= maxTokens) return [text];
  const parts: string[] = [];
  let part = '';
  for (const line of text.split(/(?<=\n)/)) {
    if (part !== '' && estimateTokenCount(part + line) > maxTokens) {
      parts.push(part);
      part = '';
    }
    const pieces = halve(line, maxTokens);
    parts.push(...pieces.slice(0, -1));
    part += pieces.at(-1) ?? '';
  }
  return part === '' ? parts : [...parts, part];
}

function halve(line: string, maxTokens: number): string[] {
  if (estimateTokenCount(line) <= maxTokens) return [line];
  const middle = Math.floor(line.length / 2);
  const isInPair = (line.charCodeAt(middle) & 0xfc00) === 0xdc00;
  const at = isInPair ? middle + 1 : middle;
  return [...halve(line.slice(0, at), maxTokens), ...halve(line.slice(at), maxTokens)];
}
