import { findTopLevel, skipGenerics } from './split-top-level.js';

export interface ImplHeader {
  /** The trait as written, null for an inherent impl. */
  trait: string | null;
  isNegative: boolean;
  self: string;
  /** Inline bounds of the type parameters by name; empty text when unbounded. */
  parameters: Map<string, string>;
}

/** Reads `impl<..> [!]Trait for Self where ..`; undefined when the text holds no impl. */
export function parseImpl(signature: string): ImplHeader | undefined {
  const start = /\bimpl\b\s*/.exec(signature);
  if (start === null) return undefined;
  let at = start.index + start[0].length;
  const parameters = new Map<string, string>();
  if (signature[at] === '<') {
    const end = skipGenerics(signature, at);
    readParameters(signature.slice(at + 1, end - 1), parameters);
    at = end;
  }
  let rest = signature
    .slice(at)
    .trim()
    .replace(/^const\s+/, '');
  const ends = [' where ', '{'].map((end) => findTopLevel(rest, end, 0)).filter((end) => end !== -1);
  rest = rest.slice(0, Math.min(rest.length, ...ends)).trim();
  const isNegative = rest.startsWith('!');
  const split = findTopLevel(rest, ' for ', 0);
  if (split === -1) return rest === '' ? undefined : { trait: null, isNegative, self: rest, parameters };
  const trait = rest.slice(isNegative ? 1 : 0, split).trim();
  return { trait, isNegative, self: rest.slice(split + 5).trim(), parameters };
}

function readParameters(text: string, parameters: Map<string, string>): void {
  let start = 0;
  while (start < text.length) {
    const comma = findTopLevel(text, ',', start);
    const end = comma === -1 ? text.length : comma;
    const match = /^\s*([\w\u0080-\uffff]+)\s*(?::\s*(.*))?$/s.exec(text.slice(start, end));
    if (match?.[1] !== undefined && match[1] !== 'const') parameters.set(match[1], match[2]?.trim() ?? '');
    start = end + 1;
  }
}
