import { Node } from '../facts.js';
import { numberAt } from '../indexed.js';
import { segmentsOf } from './code-reader.js';
import type { Definition, SourceFile } from './model.js';
import type { Tools } from './tools.js';
import type { TypePlace } from './type-references.js';
import { shallow } from './types.js';

/** Records the types a definition's signature names. */
export function recordSignature(tools: Tools, def: Definition): void {
  const { fact } = def;
  const place: TypePlace = { file: def.file, scope: def.scope, mask: def.mask, def, item: fact.item };
  const visit = (node: number | undefined, reason = 'signature'): void => {
    if (node !== undefined && node !== 0) tools.typeReferences.visit(node, place, reason);
  };
  for (const generic of fact.generics ?? []) {
    for (const bound of generic.bounds) visit(bound, 'bound');
    visit(generic.default);
  }
  for (const { type, bounds } of fact.where ?? []) {
    visit(type, 'bound');
    for (const bound of bounds) visit(bound, 'bound');
  }
  fact.params?.forEach((node, index) => index % 2 === 1 && visit(node));
  visit(fact.selfParam);
  visit(fact.ret);
  for (const field of fact.fields ?? []) visit(field.type, 'field');
  for (const variant of fact.variants ?? []) for (const field of variant.fields) visit(field.type, 'field');
  for (const bound of fact.bounds ?? []) visit(bound, fact.kind === 'trait' ? 'supertrait' : 'bound');
  visit(fact.type, fact.kind === 'impl' ? 'impl-self' : 'signature');
  if (fact.kind === 'impl') recordImpl(tools, def, place);
}

/** `impl Trait for Type`: the impl and the type implement the trait. */
function recordImpl(tools: Tools, impl: Definition, place: TypePlace): void {
  const node = impl.fact.trait;
  if (node === undefined) return;
  for (const { args } of segmentsOf(impl.file, node)) tools.typeReferences.visit(args, place, 'signature');
  const ref = tools.signatures.implTrait(impl);
  const name = lastName(impl.file, node);
  const reference = { file: impl.file, item: impl.fact.item, ...name };
  if (ref === null) {
    tools.recorder.unresolved(reference);
    return;
  }
  if (ref.trait.tag === 'external') {
    tools.recorder.external(reference, ref.trait.crate, ref.trait.path.join('::'));
    return;
  }
  tools.recorder.toDefinition(reference, ref.trait, 'implements', 'impl-trait');
  const self = shallow(tools.lowering.implSelf(impl));
  const isOwnType = self.k === 'adt' && self.def.key !== null && ref.trait.key !== null;
  if (isOwnType && self.def.file === impl.file) {
    tools.recorder.toDefinition(
      { ...reference, item: self.def.fact.item },
      ref.trait,
      'implements',
      'type-implements',
    );
  }
}

function lastName(file: SourceFile, node: number): { pos: number; name: string } {
  const segments = file.facts.code[node] === Node.path ? segmentsOf(file, node) : [];
  const last = segments[segments.length - 1];
  return last === undefined
    ? { pos: numberAt(file.facts.code, node + 1), name: '' }
    : { pos: last.pos, name: last.name };
}
