import { findClosing } from './mask-source.js';
import { findTopLevel, skipGenerics, splitTopLevel } from './split-top-level.js';

/** How a function takes `self`; `none` for free and associated functions. */
export type Receiver = 'none' | 'shared' | 'exclusive' | 'owned';

export interface Parameter {
  /** The pattern without `mut`, `ref` and leading underscores. */
  name: string;
  type: string;
}

/** What a function's signature says. */
export interface FunctionSignature {
  receiver: Receiver;
  parameters: Parameter[];
  /** Type behind the arrow, null when there is none. */
  returns: string | null;
  isAsync: boolean;
  isUnsafe: boolean;
}

const HEAD = /\bfn\s+(?:r#)?[\p{XID_Continue}]+\s*/u;

/** Reads a normalized `fn` signature; undefined when the text holds none. */
export function parseFunction(signature: string): FunctionSignature | undefined {
  const head = HEAD.exec(signature);
  if (head === null) return undefined;
  let at = head.index + head[0].length;
  if (signature[at] === '<') at = skipGenerics(signature, at);
  const open = signature.indexOf('(', at);
  if (open === -1) return undefined;
  const close = findClosing(signature, open);
  const all = splitTopLevel(signature.slice(open + 1, close), ',');
  const receiver = readReceiver(all[0] ?? '');
  const qualifiers = signature.slice(0, head.index);
  return {
    receiver,
    parameters: (receiver === 'none' ? all : all.slice(1)).map(readParameter),
    returns: readReturn(signature.slice(close + 1)),
    isAsync: /\basync\b/.test(qualifiers),
    isUnsafe: /\bunsafe\b/.test(qualifiers),
  };
}

function readReceiver(first: string): Receiver {
  const match = /^(&\s*(?:'\w+\s+)?)?(mut\s+)?self\b\s*(?::\s*(.*))?$/s.exec(first);
  if (match === null) return 'none';
  const [, ampersand, mutable, type] = match;
  if (ampersand !== undefined) return mutable === undefined ? 'shared' : 'exclusive';
  if (type === undefined) return 'owned';
  if (/&\s*(?:'\w+\s+)?mut\b/.test(type)) return 'exclusive';
  return type.includes('&') ? 'shared' : 'owned';
}

function readParameter(text: string): Parameter {
  const colon = findTopLevel(text, ':', 0);
  if (colon === -1) return { name: '', type: text };
  const name = text
    .slice(0, colon)
    .replace(/^(?:ref\s+)?(?:mut\s+)?(?:r#)?_*/, '')
    .trim();
  return { name, type: text.slice(colon + 1).trim() };
}

function readReturn(rest: string): string | null {
  const arrow = /^\s*->\s*/.exec(rest);
  if (arrow === null) return null;
  const text = rest.slice(arrow[0].length);
  const ends = [' where ', '{', ';'].map((end) => findTopLevel(text, end, 0)).filter((end) => end !== -1);
  const type = text.slice(0, Math.min(text.length, ...ends)).trim();
  return type === '' || type === '()' ? null : type;
}
