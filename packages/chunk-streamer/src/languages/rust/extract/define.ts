import { type DefFact, DefFlag, type DefKind, type VisibilityFact } from '../facts.js';
import { P } from './punctuation.js';
import type { Attributes } from './read-attributes.js';
import type { ItemContext, Reader } from './reader.js';

/** What is known when the keyword of an item has been seen. */
export interface ItemHead {
  context: ItemContext;
  attributes: Attributes;
  vis: VisibilityFact;
  /** First token of the attributes. */
  first: number;
  /** First token behind the attributes. */
  at: number;
  /** Byte offset of the first token behind the attributes. */
  start: number;
}

/** Adds a definition and gives its index and fact. */
export function define(
  r: Reader,
  head: ItemHead,
  init: { kind: DefKind; name: string; pos: number },
): DefFact {
  const { context, attributes } = head;
  const row = rowOf(r, head, init);
  const fact: DefFact = {
    kind: init.kind,
    name: init.name,
    pos: init.pos,
    item: row >= 0 ? row : r.rowAround(init.pos),
    exact: row >= 0,
    scope: context.scope,
    owner: context.owner,
    vis: head.vis,
    flags: context.flags | attributeFlags(attributes),
  };
  const cfg = cfgOf(head);
  if (cfg.length > 0) fact.cfg = cfg;
  if (attributes.derives.length > 0) fact.derives = attributes.derives;
  if (attributes.paths.length > 0) fact.paths = attributes.paths;
  if (attributes.deriveMacro !== '') fact.deriveMacro = attributes.deriveMacro;
  r.out.defs.push(fact);
  return fact;
}

/** The row that is this very definition, -1 when it has none. A definition has just been named when this is asked. */
function rowOf(r: Reader, head: ItemHead, { kind, pos }: { kind: DefKind; pos: number }): number {
  const { rows } = r;
  const isImpl = kind === 'impl';
  if (!('openItem' in rows)) return isImpl ? rows.starting(head.start) : rows.named(pos);
  // the file of a declared module is a row, its declaration is none
  if (kind === 'module' && r.isAt(P.semicolon)) return -1;
  const row = rows.openItem(kind, { first: head.first, head: head.at });
  if (!isImpl) rows.note('name', r.at - 1, r.at);
  return row;
}

/** Predicates on the item itself and those of a macro around it. */
export function cfgOf({ context, attributes }: ItemHead): string[] {
  return context.cfg.length === 0 ? attributes.cfg : [...context.cfg, ...attributes.cfg];
}

function attributeFlags(attributes: Attributes): number {
  let flags = 0;
  if (attributes.macroExport) flags |= DefFlag.macroExport;
  if (attributes.macroUse) flags |= DefFlag.macroUse;
  if (attributes.hasForeign) flags |= DefFlag.attributeMacro;
  if (attributes.isTest) flags |= DefFlag.test;
  if (attributes.procMacro) flags |= DefFlag.procMacro;
  return flags;
}
