import { DefFlag, Node } from '../facts.js';
import { entryAt } from '../indexed.js';
import { isBuilt } from './cfg-worlds.js';
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

/** Reports a test that takes arguments; a benchmark takes one by reference. */
export function reportTestParameters(tools: Tools, { file, fact }: Definition): void {
  const { params = [], flags } = fact;
  if ((flags & DefFlag.test) === 0 || params.length === 0) return;
  if (params.length === 2 && file.facts.code[entryAt(params, 1)] === Node.typeRef) return;
  const certain = (flags & (DefFlag.attributeMacro | DefFlag.inMacro)) === 0;
  const message = `${fact.name} is a test, which takes no arguments`;
  tools.problems.add(
    'wrong_arity',
    { file, item: fact.item, pos: fact.pos, name: fact.name },
    { message, certain },
  );
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
    one.fact.cfg?.join() === def.fact.cfg?.join() &&
    (one.fact.flags & (DefFlag.inMacro | DefFlag.attributeMacro)) === 0;
  const message = `${def.name} is defined twice in module ${def.scope.path}`;
  const place = { file, item: fact.item, pos: fact.pos, name: fact.name };
  tools.problems.add('duplicate_definition', place, {
    message,
    certain: isPlain(def) && isPlain(twin) && def.mask === twin.mask && isBuilt(def.mask),
  });
}
