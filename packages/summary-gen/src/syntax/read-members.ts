import { dropAttributes, findClosing, maskSource } from './mask-source.js';
import { splitTopLevel } from './split-top-level.js';

/** A field, or a variant without type. */
export interface Member {
  name: string;
  type: string;
}

export interface TypeBody {
  shape: 'unit' | 'tuple' | 'named';
  members: Member[];
}

/** The fields of a struct or union from its source. */
export function readFields(code: string): TypeBody {
  const body = findBody(code);
  if (body === undefined) return { shape: 'unit', members: [] };
  const pieces = splitTopLevel(body.text, ',').map(dropVisibility);
  if (body.opener === '(') return { shape: 'tuple', members: pieces.map((type) => ({ name: '', type })) };
  const members = pieces.flatMap((piece) => {
    const match = /^(?:r#)?([\w\u0080-\uffff]+)\s*:\s*(.*)$/s.exec(piece);
    return match?.[1] === undefined ? [] : [{ name: match[1], type: collapse(match[2] ?? '') }];
  });
  return { shape: 'named', members };
}

/** The names of an enum's variants from its source. */
export function readVariants(code: string): string[] {
  const body = findBody(code);
  if (body?.opener !== '{') return [];
  return splitTopLevel(body.text, ',').flatMap(
    (piece) => /^(?:r#)?([\w\u0080-\uffff]+)/.exec(piece)?.[1] ?? [],
  );
}

function findBody(code: string): { opener: '(' | '{'; text: string } | undefined {
  const text = dropAttributes(maskSource(code));
  const head = /\b(?:struct|enum|union)\s+(?:r#)?[\w\u0080-\uffff]+/.exec(text);
  if (head === null) return undefined;
  const start = skipHeader(text, head.index + head[0].length);
  const opener = text[start];
  if (opener !== '(' && opener !== '{') return undefined;
  return { opener, text: text.slice(start + 1, findClosing(text, start)) };
}

// Generics and where clauses may hold parentheses of their own, never a brace.
function skipHeader(text: string, from: number): number {
  let angles = 0;
  let isWhere = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '<') angles += 1;
    if (char === '>' && text[at - 1] !== '-') angles -= 1;
    if (angles > 0) continue;
    if (char === 'w' && /^where\b/.test(text.slice(at, at + 6))) isWhere = true;
    if (char === '{' || char === ';' || (char === '(' && !isWhere)) return at;
  }
  return text.length;
}

function dropVisibility(piece: string): string {
  return piece.replace(/^pub\s*(?:\([^)]*\))?\s*/, '');
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
