import type { DefFact, RustFacts } from './facts.js';

/** Each name's one string. */
export type NameTable = Map<string, string>;

/** Lets equal names of facts be one string: a repository says the same few words over and over, and unpacking copies each. */
export function shareNames(facts: RustFacts, names: NameTable): void {
  const share = <Name extends string>(name: Name): Name => {
    const known = names.get(name);
    if (known !== undefined) return known as Name;
    names.set(name, name);
    return name;
  };
  shareAll(facts.strings, share);
  shareAll(facts.macroWords, share);
  for (const def of facts.defs) shareDefinition(def, share);
  for (const use of facts.uses) {
    shareAll(use.path, share);
    use.alias = share(use.alias);
  }
}

type Share = <Name extends string>(name: Name) => Name;

function shareDefinition(def: DefFact, share: Share): void {
  def.kind = share(def.kind);
  def.name = share(def.name);
  if (def.shape !== undefined) def.shape = share(def.shape);
  if (def.derives !== undefined) shareAll(def.derives, share);
  for (const field of def.fields ?? []) field.name = share(field.name);
  for (const variant of def.variants ?? []) {
    variant.name = share(variant.name);
    variant.shape = share(variant.shape);
    for (const field of variant.fields) field.name = share(field.name);
  }
}

function shareAll(texts: string[], share: Share): void {
  for (let at = 0; at < texts.length; at += 1) texts[at] = share(texts[at] ?? '');
}
