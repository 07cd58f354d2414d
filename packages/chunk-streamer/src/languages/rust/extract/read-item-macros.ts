import { DefFlag, MacroMode, Node } from '../facts.js';
import { cfgOf, type ItemHead } from './define.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readCfgIf } from './read-cfg-if.js';
import { keepMacroWords } from './read-macro-words.js';
import { restOutline } from './read-macros.js';
import { readPath } from './read-types.js';
import { type ItemContext, type Reader, UnreadableSyntax } from './reader.js';

/** Reads a macro call at item position; where its argument reads as items they count as items of this place. */
export function readItemMacro(r: Reader, head: ItemHead): void {
  const pos = r.pos();
  const first = r.at;
  r.outline?.openItem('call', { first: head.first, head: head.at });
  const path = readPath(r, false);
  r.outline?.note('name', first, r.at);
  const name = r.tokenText(r.at - 1);
  r.expect(P.bang);
  if (r.kind() === Token.ident) r.at += 1;
  const isBraced = r.isAt(P.openBrace);
  keepMacroWords(r);
  const end = r.mate() + 1;
  const mark = r.out.mark();
  const start = r.at;
  const item = r.rowAround(pos);
  const transparent = readAsItems(r, head, name);
  if (!transparent) r.out.reset(mark);
  r.at = start;
  const args = transparent ? { mode: MacroMode.items, nodes: [] } : r.grammar.readMacroArguments(r, name);
  closeCall(r, end);
  r.at = end;
  if (!isBraced) r.accept(P.semicolon);
  const { context } = head;
  const cfg = cfgOf(head);
  r.out.macroCalls.push({
    scope: context.scope,
    item,
    node: r.out.list(Node.macro, pos, [path, args.mode, args.nodes.length], args.nodes),
    transparent,
    owner: context.owner,
    ...(cfg.length > 0 ? { cfg } : {}),
  });
}

/** At the file's root the `;` behind a call is part of its statement. */
function closeCall(r: Reader, end: number): void {
  const { outline } = r;
  if (outline === undefined || !outline.isActive) return;
  const isStatement = outline.depth === 1 && r.tokens.kinds[end] === P.semicolon;
  outline.closeTo(outline.depth - 1, isStatement ? end + 1 : end);
}

function readAsItems(r: Reader, head: ItemHead, name: string): boolean {
  const { limit, scope, owner, depth, inherited, unreadable } = r;
  const wrapped = name === 'cfg_if' ? [] : [`${name}!`];
  const context = {
    ...head.context,
    flags: head.context.flags | DefFlag.inMacro,
    cfg: [...cfgOf(head), ...wrapped],
  };
  r.inherited |= DefFlag.inMacro;
  try {
    return restOutline(r, () =>
      r.nest(() =>
        r.inside(() => (name === 'cfg_if' ? readBranches(r, context) : readPlainItems(r, context))),
      ),
    );
  } catch (error) {
    if (!(error instanceof UnreadableSyntax)) throw error;
    r.unreadable = unreadable;
    return false;
  } finally {
    Object.assign(r, { limit, scope, owner, depth, inherited });
  }
}

function readBranches(r: Reader, context: ItemContext): boolean {
  readCfgIf(r, (predicates) => {
    const inner = { ...context, cfg: [...context.cfg, ...predicates] };
    for (; r.kind() !== Token.end; ) readInnerItem(r, inner);
  });
  return true;
}

function readPlainItems(r: Reader, context: ItemContext): boolean {
  const metas = readInnerMetas(r);
  const inner = metas.length === 0 ? context : { ...context, cfg: [...context.cfg, ...metas] };
  let count = 0;
  for (; r.kind() !== Token.end; count += 1) readInnerItem(r, inner);
  return count > 0;
}

/** `#![feature = "x"]` in front of the items is how a configuration macro is told its predicate. */
function readInnerMetas(r: Reader): string[] {
  const metas: string[] = [];
  while (r.isPair(P.hash, P.bang) && r.kind(2) === P.openBracket) {
    r.at += 2;
    metas.push(
      r.inside(() => {
        let text = '';
        for (; r.kind() !== Token.end; r.at += 1) text += r.tokenText(r.at);
        return text;
      }),
    );
  }
  return metas;
}

function readInnerItem(r: Reader, context: ItemContext): void {
  if (r.accept(P.semicolon)) return;
  if (!r.grammar.readItem(r, context)) r.grammar.readMacroItem(r, context);
}
