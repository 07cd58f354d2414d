import type { UseFact } from '../facts.js';
import { entryAt } from '../indexed.js';
import { cfgOf, type ItemHead } from './define.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

interface UsePrefix {
  path: string[];
  at: number[];
}

/** Reads a `use` declaration and adds one fact a name. */
export function readUse(r: Reader, head: ItemHead): void {
  r.at += 1;
  const global = r.acceptPair(P.colon, P.colon);
  readTree(r, { path: [], at: [] }, { head, global });
  r.expect(P.semicolon);
}

interface UseContext {
  head: ItemHead;
  global: boolean;
}

function readTree(r: Reader, prefix: UsePrefix, context: UseContext): void {
  const path = [...prefix.path];
  const at = [...prefix.at];
  for (;;) {
    if (r.isAt(P.openBrace)) return readList(r, { path, at }, context);
    if (r.isAt(P.star)) return addGlob(r, { path, at }, context);
    r.acceptDollar();
    at.push(r.pos());
    path.push(r.name(r.expectIdent()));
    if (r.acceptPair(P.colon, P.colon)) continue;
    addName(r, { path, at }, context);
    return;
  }
}

function readList(r: Reader, prefix: UsePrefix, context: UseContext): void {
  r.inside(() => {
    while (r.kind() !== Token.end) {
      const global = r.acceptPair(P.colon, P.colon) || context.global;
      r.nest(() => readTree(r, prefix, { ...context, global }));
      if (!r.accept(P.comma)) break;
    }
  });
}

function addGlob(r: Reader, { path, at }: UsePrefix, context: UseContext): void {
  at.push(r.pos());
  r.at += 1;
  add(r, context, { path, at, alias: '', glob: true });
}

function addName(r: Reader, { path, at }: UsePrefix, context: UseContext): void {
  // `a::{self}` names `a` itself
  if (path.length > 1 && path[path.length - 1] === 'self') {
    path.pop();
    at.splice(-2, 1);
  }
  const alias = r.acceptSym(Sym.as) ? r.name(r.expectIdent()) : entryAt(path, path.length - 1);
  add(r, context, { path, at, alias, glob: false });
}

function add(
  r: Reader,
  { head, global }: UseContext,
  use: Pick<UseFact, 'path' | 'at' | 'alias' | 'glob'>,
): void {
  const { context, vis } = head;
  const fact: UseFact = {
    ...use,
    scope: context.scope,
    item: r.rowAround(head.start),
    global,
    externCrate: false,
    vis,
    macroUse: false,
  };
  const cfg = cfgOf(head);
  if (cfg.length > 0) fact.cfg = cfg;
  r.out.uses.push(fact);
}

/** Reads `extern crate name as alias;`. */
export function readExternCrate(r: Reader, head: ItemHead): void {
  r.at += 2;
  const at = [r.pos()];
  const name = r.name(r.expectIdent());
  const alias = r.acceptSym(Sym.as) ? r.name(r.expectIdent()) : name;
  r.expect(P.semicolon);
  const fact: UseFact = {
    scope: head.context.scope,
    item: r.rowAround(head.start),
    path: [name],
    at,
    alias,
    glob: false,
    global: true,
    externCrate: true,
    vis: head.vis,
    macroUse: head.attributes.macroUse,
  };
  const cfg = cfgOf(head);
  if (cfg.length > 0) fact.cfg = cfg;
  r.out.uses.push(fact);
}
