import { entryAt, numberAt } from '../indexed.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import type { Reader } from './reader.js';

/** What the attributes in front of an item or statement say. */
export interface Attributes {
  cfg: string[];
  derives: string[];
  paths: string[];
  isTest: boolean;
  macroExport: boolean;
  macroUse: boolean;
  procMacro: boolean;
  /** Name in `#[proc_macro_derive(Name)]`, empty elsewhere. */
  deriveMacro: string;
  /** An attribute or derive that is none of the compiler's own: it may add or change items. */
  hasForeign: boolean;
}

/** What may follow the path of an attribute. */
const META_ENDS = new Set<number>([Token.end, P.equal, P.comma, P.openParen, P.openBracket, P.openBrace]);

const BUILT_IN = new Set(
  (
    'allow automatically_derived bench cfg cfg_attr cold collapse_debuginfo coroutine crate_name crate_type debugger_visualizer deny ' +
    'deprecated derive diagnostic doc expect export_name feature forbid global_allocator ignore inline instruction_set link link_name ' +
    'link_ordinal link_section macro_export macro_use must_use naked no_implicit_prelude no_link no_main no_mangle no_std ' +
    'non_exhaustive panic_handler path proc_macro proc_macro_attribute proc_macro_derive recursion_limit repr should_panic ' +
    'target_feature test test_case track_caller type_length_limit unsafe used warn windows_subsystem rustfmt clippy ' +
    'rustc_const_stable rustc_const_unstable stable unstable lang fundamental default const'
  ).split(' '),
);

const BUILT_IN_DERIVES = new Set(
  'Clone Copy Debug Default Eq Hash Ord PartialEq PartialOrd Serialize Deserialize Error'.split(' '),
);

/** Reads outer attributes; inner ones (`#![..]`) are read when `inner` is set. */
export function readAttributes(r: Reader, inner = false): Attributes {
  const attributes: Attributes = {
    cfg: [],
    derives: [],
    paths: [],
    isTest: false,
    macroExport: false,
    macroUse: false,
    procMacro: false,
    deriveMacro: '',
    hasForeign: false,
  };
  while (r.isAt(P.hash)) {
    const isInner = r.kind(1) === P.bang;
    if (isInner !== inner) break;
    const first = r.at;
    r.at += isInner ? 2 : 1;
    r.inside(() => {
      readMeta(r, attributes);
      r.at = r.limit;
    });
    if (isInner) r.outline?.noteInner(first, r.at);
  }
  return attributes;
}

function readMeta(r: Reader, into: Attributes): void {
  const segments: string[] = [];
  while (r.kind() === Token.ident) {
    segments.push(r.tokenText(r.at));
    r.at += 1;
    if (!r.acceptPair(P.colon, P.colon)) break;
  }
  const name = segments[segments.length - 1] ?? '';
  if (r.isStrict && (name === '' || !META_ENDS.has(r.kind()))) r.fail();
  if (segments.length > 1) {
    if (name === 'test') into.isTest = true;
    if (!BUILT_IN.has(entryAt(segments, 0))) into.hasForeign = into.hasForeign || name !== 'test';
    return;
  }
  applyMeta(r, name, into);
}

function applyMeta(r: Reader, name: string, into: Attributes): void {
  switch (name) {
    case 'unsafe':
      if (r.isAt(P.openParen)) readNested(r, () => readMeta(r, into));
      return;
    case 'cfg':
      if (r.isAt(P.openParen)) into.cfg.push(insideText(r));
      return;
    case 'cfg_attr':
      if (r.isAt(P.openParen)) readNested(r, () => readConditional(r, into));
      return;
    case 'derive':
      if (r.isAt(P.openParen)) readNested(r, () => readDerives(r, into));
      return;
    case 'proc_macro_derive':
      into.procMacro = true;
      if (r.isAt(P.openParen)) into.deriveMacro = r.tokenText(r.at + 1);
      return;
    case 'path':
      if (r.accept(P.equal) && r.kind() === Token.str) into.paths.push(stringValue(r.tokenText(r.at)));
      return;
    case 'test':
    case 'bench':
      into.isTest = true;
      return;
    default:
      applyFlag(name, into);
  }
}

function applyFlag(name: string, into: Attributes): void {
  if (name === 'macro_export') into.macroExport = true;
  else if (name === 'macro_use') into.macroUse = true;
  else if (name.startsWith('proc_macro')) into.procMacro = true;
  else if (!BUILT_IN.has(name)) into.hasForeign = true;
}

function readNested(r: Reader, read: () => void): void {
  r.inside(() => {
    read();
    r.at = r.limit;
  });
}

/** `cfg_attr(predicate, a, b)`: what it adds may hold, its predicate is not the item's. */
function readConditional(r: Reader, into: Attributes): void {
  skipToComma(r);
  while (r.accept(P.comma)) {
    if (r.kind() === Token.end) return;
    const before = into.cfg.length;
    readMeta(r, into);
    if (into.cfg.length > before) into.hasForeign = true;
    into.cfg.length = before;
    skipToComma(r);
  }
}

function skipToComma(r: Reader): void {
  while (r.kind() !== Token.end && !r.isAt(P.comma)) {
    const mate = numberAt(r.tokens.mates, r.at);
    r.at = mate > r.at ? mate + 1 : r.at + 1;
  }
}

function readDerives(r: Reader, into: Attributes): void {
  let last = '';
  for (; r.kind() !== Token.end; r.at += 1) {
    if (r.kind() === Token.ident) last = r.tokenText(r.at);
    if (r.kind() !== P.comma && r.kind(1) !== Token.end) continue;
    if (last === '') continue;
    into.derives.push(last);
    if (!BUILT_IN_DERIVES.has(last)) into.hasForeign = true;
    last = '';
  }
}

/** The tokens between the parentheses at the cursor, without white space. */
function insideText(r: Reader): string {
  return r.inside(() => {
    let text = '';
    for (; r.kind() !== Token.end; r.at += 1) text += r.tokenText(r.at);
    return text;
  });
}

function stringValue(token: string): string {
  const start = token.indexOf('"');
  return token.slice(start + 1, token.lastIndexOf('"'));
}
