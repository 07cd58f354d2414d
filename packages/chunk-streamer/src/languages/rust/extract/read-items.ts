import { type DefFact, DefFlag } from '../facts.js';
import { numberAt } from '../indexed.js';
import { define, type ItemHead } from './define.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readAttributes } from './read-attributes.js';
import { readDataType } from './read-data-types.js';
import { countFnModifiers, readFunction } from './read-functions.js';
import { readGenerics, readWhere } from './read-generics.js';
import { readItemMacro } from './read-item-macros.js';
import { keepMacroWords } from './read-macro-words.js';
import { readExternCrate, readUse } from './read-uses.js';
import { readValueItem } from './read-value-items.js';
import { readVisibility } from './read-visibility.js';
import { type ItemContext, type Reader, UnreadableSyntax } from './reader.js';
import { Sym } from './symbols.js';

/** Reads items up to the limit. An item that cannot be read is left out; the rest stays. */
export function readItems(r: Reader, context: ItemContext): void {
  readAttributes(r, true);
  while (r.kind() !== Token.end) readGuarded(r, context);
}

function readGuarded(r: Reader, context: ItemContext): void {
  const start = r.at;
  const { limit, scope, owner, depth, inherited } = r;
  const mark = r.out.mark();
  try {
    if (r.accept(P.semicolon)) return;
    if (!readItem(r, context)) readMacroItem(r, context);
  } catch (error) {
    if (!(error instanceof UnreadableSyntax)) throw error;
    r.out.reset(mark);
    Object.assign(r, { limit, scope, owner, depth, inherited });
    r.leaveOut();
    skipItem(r, start);
  }
}

/** Reads a macro call at item position. */
export function readMacroItem(r: Reader, context: ItemContext): void {
  const first = r.at;
  const attributes = readAttributes(r);
  const { outline } = r;
  const depth = outline?.depth ?? 0;
  readItemMacro(r, { context, attributes, vis: false, first, at: r.at, start: r.pos() });
  outline?.closeTo(depth, r.at);
}

/** Moves behind the next `;` or braces of this level. */
function skipItem(r: Reader, start: number): void {
  r.at = start;
  while (r.kind() !== Token.end) {
    const kind = r.kind();
    const mate = numberAt(r.tokens.mates, r.at);
    r.at = mate > r.at && mate <= r.limit ? mate + 1 : r.at + 1;
    if (kind === P.semicolon || kind === P.openBrace) return;
  }
}

/** Reads the item at the cursor; false, and no move, when there is none. */
export function readItem(r: Reader, context: ItemContext): boolean {
  const start = r.at;
  const attributes = readAttributes(r);
  const at = r.at;
  const pos = r.pos();
  const vis = readVisibility(r);
  const head: ItemHead = { context, attributes, vis, first: start, at, start: pos };
  const { outline } = r;
  const depth = outline?.depth ?? 0;
  if (dispatch(r, head)) {
    outline?.closeTo(depth, r.at);
    return true;
  }
  r.at = start;
  return false;
}

function dispatch(r: Reader, head: ItemHead): boolean {
  if (r.kind() !== Token.ident) return false;
  const modifiers = countFnModifiers(r);
  if (modifiers >= 0) {
    readFunction(r, head, modifiers);
    return true;
  }
  return readNamedItem(r, head) || readValueItem(r, head) || readContainer(r, head);
}

function readNamedItem(r: Reader, head: ItemHead): boolean {
  switch (r.sym()) {
    case Sym.use:
      if (r.kind(1) === P.less) return false;
      readUse(r, head);
      return true;
    case Sym.struct:
      readDataType(r, head, 'struct');
      return true;
    case Sym.enum:
      readDataType(r, head, 'enum');
      return true;
    case Sym.union:
      if (r.kind(1) !== Token.ident || r.kind(2) === P.bang) return false;
      readDataType(r, head, 'union');
      return true;
    case Sym.macro_rules:
      return readMacroRules(r, head);
    case Sym.macro:
      return readMacroDefinition(r, head);
    default:
      return false;
  }
}

function readMacroRules(r: Reader, head: ItemHead): boolean {
  if (r.kind(1) !== P.bang || r.kind(2) !== Token.ident) return false;
  r.at += 2;
  const pos = r.pos();
  const fact = define(r, head, { kind: 'macro', name: r.name(r.expectIdent()), pos });
  const braces = r.isAt(P.openBrace);
  const wraps = readWrappedPredicates(r);
  if (wraps.length > 0) fact.wraps = wraps;
  keepMacroWords(r);
  if (r.isStrict) readRules(r);
  r.at = r.mate() + 1;
  if (!braces) r.accept(P.semicolon);
  return true;
}

/** Reads `(pattern) => {body};` as often as it stands between the delimiters at the cursor. */
function readRules(r: Reader): void {
  const { outline } = r;
  const start = r.at;
  outline?.noteRules(start, r.mate() + 1);
  r.inside(() => {
    while (r.kind() !== Token.end) {
      checkPattern(r);
      r.at = r.mate() + 1;
      if (!r.acceptPair(P.equal, P.greater)) r.fail();
      r.at = r.mate() + 1;
      if (!r.accept(P.semicolon)) break;
    }
  });
  r.at = start;
}

/** `$name:` is followed by the kind of what it stands for. */
function checkPattern(r: Reader): void {
  const end = r.mate() - r.at;
  for (let ahead = 1; ahead + 2 < end; ahead += 1) {
    const isBinding = r.kind(ahead) === P.dollar && r.kind(ahead + 2) === P.colon;
    if (isBinding && r.kind(ahead + 1) === Token.ident && r.kind(ahead + 3) !== Token.ident) r.fail();
  }
}

/** Predicates of a macro of one rule that gives back the items it takes, each under `#[cfg(..)]`. */
function readWrappedPredicates(r: Reader): string[] {
  const text = r.text.slice(r.tokens.starts[r.at], r.tokens.ends[r.mate()]);
  const isWrapper = /\$\w+\s*:\s*item\b/.test(text) && text.split('=>').length === 2;
  if (!isWrapper) return [];
  return Array.from(
    text.matchAll(/#\[cfg\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\]/g),
    (match) => match[1] ?? '',
  )
    .map((predicate) => predicate.replace(/\s+/g, ''))
    .filter((predicate) => predicate !== '' && !predicate.includes('$'));
}

function readMacroDefinition(r: Reader, head: ItemHead): boolean {
  if (r.kind(1) !== Token.ident || (r.kind(2) !== P.openParen && r.kind(2) !== P.openBrace)) return false;
  r.at += 1;
  const pos = r.pos();
  define(r, head, { kind: 'macro', name: r.name(r.expectIdent()), pos });
  r.outline?.retype('macro_item');
  if (r.isAt(P.openParen)) r.at = r.mate() + 1;
  if (r.isAt(P.openBrace)) {
    keepMacroWords(r);
    r.at = r.mate() + 1;
  }
  return true;
}

function readContainer(r: Reader, head: ItemHead): boolean {
  let ahead = 0;
  while (
    r.sym(ahead) === Sym.unsafe ||
    r.sym(ahead) === Sym.default ||
    r.sym(ahead) === Sym.auto ||
    r.sym(ahead) === Sym.const
  )
    ahead += 1;
  switch (r.sym(ahead)) {
    case Sym.mod:
      if (r.kind(ahead + 1) !== Token.ident) return false;
      r.at += ahead;
      readModule(r, head);
      return true;
    case Sym.trait:
      if (r.kind(ahead + 1) !== Token.ident) return false;
      r.at += ahead;
      readTrait(r, head);
      return true;
    case Sym.impl:
      r.at += ahead;
      readImpl(r, head);
      return true;
    case Sym.extern:
      r.at += ahead;
      return readExtern(r, head);
    default:
      return false;
  }
}

function readModule(r: Reader, head: ItemHead): void {
  r.at += 1;
  const pos = r.pos();
  const fact = define(r, head, { kind: 'module', name: r.name(r.expectIdent()), pos });
  fact.inner = -1;
  if (r.accept(P.semicolon)) return;
  const { scope, owner } = r;
  const index = r.out.defs.length - 1;
  fact.inner = r.out.scopes.length;
  r.out.scopes.push({ kind: 'module', parent: head.context.scope, item: fact.item, owner: index });
  r.scope = fact.inner;
  r.owner = index;
  noteBody(r);
  r.inside(() => r.nest(() => readItems(r, { ...head.context, scope: r.scope, owner: -1, isMember: false })));
  r.scope = scope;
  r.owner = owner;
}

function readTrait(r: Reader, head: ItemHead): void {
  r.at += 1;
  const pos = r.pos();
  const fact = define(r, head, { kind: 'trait', name: r.name(r.expectIdent()), pos });
  addGenerics(r, fact);
  if (r.isAt(P.equal)) r.outline?.retype('trait_alias');
  if (r.accept(P.equal) || r.accept(P.colon)) {
    if (!r.isAt(P.openBrace) && r.sym() !== Sym.where) fact.bounds = r.grammar.readBounds(r);
  }
  addWhere(r, fact);
  if (r.accept(P.semicolon)) return;
  readMembers(r, head, fact);
}

function readImpl(r: Reader, head: ItemHead): void {
  const pos = r.pos();
  r.at += 1;
  const fact = define(r, head, { kind: 'impl', name: '', pos });
  const { outline } = r;
  if (startsGenerics(r)) {
    const start = r.at;
    addGenerics(r, fact);
    outline?.note('generics', start, r.at);
  }
  r.acceptSym(Sym.const);
  if (r.accept(P.bang)) fact.flags |= DefFlag.negative;
  readImplHead(r, fact);
  const where = r.at;
  addWhere(r, fact);
  if (r.at > where) outline?.note('where', where, r.at);
  if (r.accept(P.semicolon)) return;
  readMembers(r, head, fact);
}

/** Reads `Type` or `Trait for Type`. */
function readImplHead(r: Reader, fact: DefFact): void {
  const start = r.at;
  const type = r.grammar.readType(r);
  const end = r.at;
  if (!r.acceptSym(Sym.for)) {
    fact.type = type;
    r.outline?.note('type', start, end);
    return;
  }
  r.outline?.note('trait', start, end);
  const self = r.at;
  fact.trait = type;
  fact.type = r.grammar.readType(r);
  r.outline?.note('type', self, r.at);
}

function noteBody(r: Reader): void {
  r.outline?.note('body', r.at, r.at + 1);
}

/** `impl<T>` has generics; `impl <T as Trait>::Out` would be a qualified path. */
function startsGenerics(r: Reader): boolean {
  if (!r.isAt(P.less)) return false;
  const next = r.kind(1);
  if (next === Token.lifetime || next === P.greater || next === P.hash || r.sym(1) === Sym.const) return true;
  const after = r.kind(2);
  return (
    next === Token.ident &&
    (after === P.greater || after === P.comma || after === P.colon || after === P.equal) &&
    !r.isPair(P.colon, P.colon, 2)
  );
}

function addGenerics(r: Reader, fact: DefFact): void {
  const generics = readGenerics(r);
  if (generics.length > 0) fact.generics = generics;
}

function addWhere(r: Reader, fact: DefFact): void {
  const where = readWhere(r);
  if (where.length > 0) fact.where = where;
}

function readMembers(r: Reader, head: ItemHead, fact: DefFact): void {
  const { owner } = r;
  const index = r.out.defs.lastIndexOf(fact);
  r.owner = index;
  const calls = r.out.macroCalls.length;
  const unread = r.unreadable;
  noteBody(r);
  r.inside(() => r.nest(() => readItems(r, { ...head.context, owner: index, isMember: true })));
  if (r.out.macroCalls.length > calls || r.unreadable > unread) fact.flags |= DefFlag.opaqueBody;
  r.owner = owner;
}

function readExtern(r: Reader, head: ItemHead): boolean {
  if (r.sym(1) === Sym.crate) {
    readExternCrate(r, head);
    return true;
  }
  const ahead = r.kind(1) === Token.str ? 2 : 1;
  if (r.kind(ahead) !== P.openBrace) return false;
  r.outline?.openItem('extern', { first: head.first, head: head.at });
  r.at += ahead;
  noteBody(r);
  const context = { ...head.context, flags: head.context.flags };
  r.inside(() => r.nest(() => readItems(r, context)));
  return true;
}
