import { type DefFact, DefFlag, type DefKind, type VisibilityFact } from '../facts.js';
import type { Attributes } from './read-attributes.js';
import type { ItemContext, Reader } from './reader.js';

/** What is known when the keyword of an item has been seen. */
export interface ItemHead {
  context: ItemContext;
  attributes: Attributes;
  vis: VisibilityFact;
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
  const isImpl = init.kind === 'impl';
  const row = isImpl ? r.items.starting(head.start) : r.items.named(init.pos);
  const fact: DefFact = {
    kind: init.kind,
    name: init.name,
    pos: init.pos,
    item: row >= 0 ? row : r.items.around(init.pos),
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
