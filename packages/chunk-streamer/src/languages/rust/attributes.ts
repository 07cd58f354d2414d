import { type CfgPredicate, parseCfg, splitTopLevel } from './cfg.js';
import { normalizeType } from './normalize.js';

/** One attribute: its path and the text of its arguments, without the outer brackets of the arguments. */
export interface Attribute {
  /** As written without spaces, e.g. `tokio::test`; `unsafe(no_mangle)` is `no_mangle`. */
  path: string;
  /** Between the parentheses, or after `=`; empty without arguments. */
  args: string;
}

/** Parses `#[..]` or `#![..]`. Text that is no attribute has an empty path. */
export function parseAttribute(text: string): Attribute {
  const inner = /^#\s*!?\s*\[([\s\S]*)\]\s*$/.exec(text)?.[1] ?? '';
  return parseMeta(inner);
}

/** The `cfg` predicates among the attributes, in order. */
export function readCfgs(attributes: readonly Attribute[]): CfgPredicate[] {
  return attributes
    .filter((attribute) => attribute.path === 'cfg')
    .map((attribute) => parseCfg(attribute.args));
}

/** The attributes with those inside `cfg_attr(predicate, ..)` behind them, as if the predicate held. */
export function expandCfgAttr(attributes: readonly Attribute[]): Attribute[] {
  return attributes.flatMap((attribute) => {
    if (attribute.path !== 'cfg_attr') return [attribute];
    return [attribute, ...expandCfgAttr(splitTopLevel(attribute.args).slice(1).map(parseMeta))];
  });
}

function parseMeta(meta: string): Attribute {
  const trimmed = meta.trim();
  const wrapped = /^unsafe\s*\(([\s\S]*)\)$/.exec(trimmed)?.[1];
  if (wrapped !== undefined) return parseMeta(wrapped);
  const [, path = '', rest = ''] = /^([\w:\s]*)([\s\S]*)$/.exec(trimmed) ?? [];
  const args = /^\(([\s\S]*)\)$/.exec(rest)?.[1] ?? rest.replace(/^=\s*/, '');
  return { path: normalizeType(path), args: args.trim() };
}
