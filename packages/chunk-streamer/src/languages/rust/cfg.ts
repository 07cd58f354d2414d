import { normalizeType } from './normalize.js';

/** A `cfg` predicate as a tree; `atom` is a name with or without value, as written. */
export type CfgPredicate =
  | { op: 'atom'; text: string }
  | { op: 'all' | 'any'; parts: CfgPredicate[] }
  | { op: 'not'; part: CfgPredicate };

// Bounds the recursion; the longest predicate of real code is a tenth of it.
const MAX_PREDICATE_UNITS = 4096;

/** Parses the text between the parentheses of `cfg(..)`. Text that is no predicate becomes one atom. */
export function parseCfg(text: string): CfgPredicate {
  if (text.length > MAX_PREDICATE_UNITS) return { op: 'atom', text };
  const normal = normalizeType(text);
  const call = /^(all|any|not)\((.*)\)$/s.exec(normal);
  const [, op, inner] = call ?? [];
  if (op === undefined || inner === undefined) return { op: 'atom', text: normal };
  const parts = splitTopLevel(inner).map(parseCfg);
  const first = parts[0];
  if (op === 'not') return first === undefined ? { op: 'atom', text: normal } : { op: 'not', part: first };
  return { op: op === 'all' ? 'all' : 'any', parts };
}

/** The inverse of {@link parseCfg} but for spaces. */
export function formatCfg(predicate: CfgPredicate): string {
  if (predicate.op === 'atom') return predicate.text;
  if (predicate.op === 'not') return `not(${formatCfg(predicate.part)})`;
  return `${predicate.op}(${predicate.parts.map(formatCfg).join(',')})`;
}

/** One predicate that holds when all of them hold, each named once; null when there is none. */
export function formatConjunction(predicates: readonly CfgPredicate[]): string | null {
  const flat = predicates.flatMap((predicate) => (predicate.op === 'all' ? predicate.parts : [predicate]));
  const texts = [...new Set(flat.map(formatCfg))];
  const [only] = texts;
  if (only === undefined) return null;
  return texts.length === 1 ? only : `all(${texts.join(',')})`;
}

/** True when the predicate can only hold while tests are built: `test` and `doctest`, `all(test, ..)`, never `not(test)`. */
export function impliesTest(predicate: CfgPredicate): boolean {
  switch (predicate.op) {
    case 'atom':
      return predicate.text === 'test' || predicate.text === 'doctest';
    case 'all':
      return predicate.parts.some(impliesTest);
    case 'any':
      return predicate.parts.length > 0 && predicate.parts.every(impliesTest);
    case 'not':
      return deniesOnlyOutsideTest(predicate.part);
  }
}

// True when the negation of the predicate implies `test`.
function deniesOnlyOutsideTest(predicate: CfgPredicate): boolean {
  switch (predicate.op) {
    case 'atom':
      return false;
    case 'all':
      return predicate.parts.length > 0 && predicate.parts.every(deniesOnlyOutsideTest);
    case 'any':
      return predicate.parts.some(deniesOnlyOutsideTest);
    case 'not':
      return impliesTest(predicate.part);
  }
}

/** Cuts at commas outside brackets and strings; empty pieces are dropped. */
export function splitTopLevel(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let quoted = false;
  let piece = '';
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (!quoted && '([{'.includes(char)) depth += 1;
    if (!quoted && ')]}'.includes(char)) depth -= 1;
    if (char === ',' && depth === 0 && !quoted) {
      pieces.push(piece);
      piece = '';
    } else piece += char;
  }
  return [...pieces, piece].map((part) => part.trim()).filter((part) => part !== '');
}
