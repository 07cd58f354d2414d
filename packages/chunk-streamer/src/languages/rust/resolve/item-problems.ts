import { DefFlag } from '../facts.js';
import { ALL_WORLDS } from './cfg-worlds.js';
import { type Definition, Import, Ns, type SourceFile } from './model.js';
import type { Program } from './program.js';
import type { Tools } from './tools.js';

/** Reports `mod x;` without a file and files nobody declares. */
export function reportModules(program: Program, tools: Tools): void {
  for (const { file, fact, candidates, certain } of program.missingFiles) {
    const message = `no file for module ${fact.name}: looked for ${candidates.join(', ')}`;
    tools.problems.add(
      'missing_module_file',
      { file, item: fact.item, pos: fact.pos, name: fact.name },
      { message, certain },
    );
  }
  for (const file of program.orphans) {
    const message = 'no crate declares this file as a module';
    tools.problems.add('orphan_module', { file, item: 0, pos: 0, name: '' }, { message, certain: false });
  }
}

/** Reports two unconditional definitions of one name in one place. */
export function reportDuplicates(tools: Tools, file: SourceFile): void {
  for (const scope of file.scopes) {
    for (const [name, bindings] of scope.names) {
      if (bindings.length < 2 || name === '_') continue;
      const defs = bindings.filter(({ target, ns }) => !(target instanceof Import) && ns !== Ns.macro);
      defs.forEach(({ target, ns, mask }, index) => {
        const twin = defs.slice(0, index).find((other) => (other.ns & ns) !== 0 && (other.mask & mask) !== 0);
        if (twin !== undefined) reportDuplicate(tools, target as Definition, twin.target as Definition);
      });
    }
  }
}

function reportDuplicate(tools: Tools, def: Definition, twin: Definition): void {
  const { file, fact } = def;
  const isPlain = (one: Definition): boolean =>
    one.fact.cfg === undefined && (one.fact.flags & (DefFlag.inMacro | DefFlag.attributeMacro)) === 0;
  const message = `${def.name} is defined twice in module ${def.scope.path}`;
  const place = { file, item: fact.item, pos: fact.pos, name: fact.name };
  tools.problems.add('duplicate_definition', place, {
    message,
    certain: isPlain(def) && isPlain(twin) && def.mask === twin.mask,
  });
}

/** Reports an impl that leaves out what its trait requires. */
export function reportMissingItems(tools: Tools, impl: Definition): void {
  const trait = tools.signatures.implTrait(impl)?.trait;
  if (
    trait === undefined ||
    trait.tag === 'external' ||
    trait.isStd ||
    (impl.fact.flags & DefFlag.negative) !== 0
  )
    return;
  const isWhole =
    ((impl.fact.flags | trait.fact.flags) &
      (DefFlag.opaqueBody | DefFlag.attributeMacro | DefFlag.inMacro)) ===
    0;
  // where impls for every type exist, a specialized one may leave items to them
  const isSpecializable = (tools.selector.index.byTrait.get(trait)?.blanket.length ?? 0) > 0;
  for (const member of trait.members?.values() ?? []) {
    if (!isRequired(member) || impl.members?.has(member.name) === true) continue;
    const { file, fact } = impl;
    const message = `impl of ${trait.name} lacks ${member.name}`;
    const isConditional = member.mask !== trait.mask || impl.mask !== ALL_WORLDS || trait.mask !== ALL_WORLDS;
    const certain = isWhole && !isConditional && !isSpecializable;
    tools.problems.add(
      'missing_trait_item',
      { file, item: fact.item, pos: fact.pos, name: 'impl' },
      { message, certain },
    );
  }
}

function isRequired({ kind, fact }: Definition): boolean {
  if (kind === 'function' || kind === 'const') return fact.body === undefined;
  return kind === 'type' && fact.type === undefined;
}
