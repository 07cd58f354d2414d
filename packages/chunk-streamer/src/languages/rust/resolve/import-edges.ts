import { DefFlag } from '../facts.js';
import { isSame } from './candidates.js';
import { isBuilt } from './cfg-worlds.js';
import type { Reference } from './edge-recorder.js';
import { keyOfModule } from './load-file.js';
import { type Binding, type Definition, Import, Ns, type Resolved, type SourceFile } from './model.js';
import { isClosed } from './openness.js';
import { reportPrivate } from './private-items.js';
import type { Tools } from './tools.js';

/** Records what the `use` declarations, `mod` declarations and item macros of a file refer to. */
export function recordImports(tools: Tools, file: SourceFile): void {
  for (const scope of file.scopes) for (const item of scope.imports) recordImport(tools, item);
  for (const def of file.defs) if (def.kind === 'module' && def.fact.inner === -1) recordModule(tools, def);
}

function recordModule(tools: Tools, def: Definition): void {
  const key = def.inner === undefined ? null : keyOfModule(def.inner);
  if (key === null) return;
  const { file, fact } = def;
  tools.recorder.toRow(
    {
      file,
      item: def.fact.exact ? (file.items[fact.item]?.parent ?? 0) : fact.item,
      pos: fact.pos,
      name: fact.name,
    },
    key,
    'imports',
    'mod-declaration',
  );
}

function recordImport(tools: Tools, item: Import): void {
  const { fact, scope } = item;
  const at = fact.at[fact.at.length - 1] ?? 0;
  const name = fact.glob ? '*' : (fact.path[fact.path.length - 1] ?? '');
  const reference: Reference = { file: scope.file, item: fact.item, pos: at, name };
  const targets = fact.glob ? [tools.names.globTarget(item)] : namedTargets(tools, item);
  const found = targets.filter((target) => target !== null);
  if (found.length === 0) {
    tools.recorder.unresolved(reference);
    if (tools.problems.isWanted) reportUnresolved(tools, item, reference);
    return;
  }
  for (const target of found) recordImported(tools, target, { reference, isGlob: fact.glob });
  if (tools.problems.isWanted && !fact.glob && !fact.externCrate) reportPrivateImport(tools, item, reference);
}

/** Reports a name that two imports of one scope bring, or an import and an item. */
export function reportImportedTwice(tools: Tools, file: SourceFile): void {
  for (const scope of file.scopes) {
    for (const [name, bindings] of scope.names) {
      if (bindings.length < 2 || name === '_') continue;
      bindings.forEach((binding, index) => {
        const twin = bindings
          .slice(0, index)
          .find((other) => (other.mask & binding.mask) !== 0 && shareNamespace(tools, other, binding));
        if (twin !== undefined) reportTwice(tools, name, [twin, binding]);
      });
    }
  }
}

function shareNamespace(tools: Tools, one: Binding, other: Binding): boolean {
  if (!(one.target instanceof Import) && !(other.target instanceof Import)) return false;
  if (one.target instanceof Import && other.target instanceof Import && isSamePath(one.target, other.target))
    return true;
  return [Ns.type, Ns.value].some((ns) => isBoundIn(tools, one, ns) && isBoundIn(tools, other, ns));
}

function isSamePath({ fact }: Import, { fact: other }: Import): boolean {
  return fact.path.join('::') === other.path.join('::') && fact.global === other.global;
}

/** What leads out of the repository may be anything, except that the same path is the same thing. */
function isBoundIn(tools: Tools, { target, ns }: Binding, wanted: number): boolean {
  if ((ns & wanted) === 0) return false;
  if (!(target instanceof Import)) return true;
  const found = tools.names.resolveImport(target, wanted);
  return found !== null && found.tag !== 'external';
}

function reportTwice(tools: Tools, name: string, [twin, binding]: readonly [Binding, Binding]): void {
  const { target } = [binding, twin].find((one) => one.target instanceof Import) ?? binding;
  if (!(target instanceof Import)) return;
  const cfgs = [twin, binding].map((one) => one.target.fact.cfg?.join() ?? '');
  const flags = [twin, binding].map((one) => (one.target instanceof Import ? 0 : one.target.fact.flags));
  const isPlain = flags.every((bits) => (bits & (DefFlag.inMacro | DefFlag.attributeMacro)) === 0);
  const place = { file: target.scope.file, item: target.fact.item, pos: target.fact.at.at(-1) ?? 0, name };
  tools.problems.add('duplicate_definition', place, {
    message: `${name} is imported although module ${target.scope.path} has it already`,
    certain: isPlain && cfgs[0] === cfgs[1] && isBuilt(twin.mask & binding.mask),
  });
}

/** An import of what its module does not show, in every namespace it has. */
function reportPrivateImport(tools: Tools, item: Import, reference: Reference): void {
  const { fact, scope } = item;
  const paths = [Ns.type, Ns.value].map((ns) =>
    tools.names.resolvePath({
      segments: fact.path,
      scope,
      ns,
      mask: item.mask,
      global: fact.global,
      isUse: true,
      skip: item,
    }),
  );
  const whole = paths.filter(({ used }) => used === fact.path.length);
  const [first] = whole;
  if (first === undefined || first.target === null || whole.some(({ target }) => target !== first.target))
    return;
  reportPrivate(tools, { target: first.target, within: first.within }, { ...reference, scope });
}

/** One name may stand for a type, a value and a macro at once. */
function namedTargets(tools: Tools, item: Import): (Resolved | null)[] {
  const targets: (Resolved | null)[] = [];
  for (const ns of [Ns.type, Ns.value, Ns.macro]) {
    const target = tools.names.resolveImport(item, ns);
    if (target !== null && !targets.some((known) => known !== null && isSame(known, target)))
      targets.push(target);
  }
  if (targets.length > 0 || item.fact.externCrate) return targets;
  return [tools.macros.resolve(item.fact.path, item.scope, item.mask)];
}

function recordImported(
  tools: Tools,
  target: Resolved,
  { reference, isGlob }: { reference: Reference; isGlob: boolean },
): void {
  if (target.tag === 'primitive') return;
  if (target.tag === 'external') {
    tools.recorder.external(reference, target.crate, target.path.join('::') || target.crate);
    return;
  }
  if (target.isStd) {
    tools.recorder.external(reference, 'std', target.name);
    return;
  }
  const reason = isGlob ? 'glob-import' : 'use-map';
  const named = target.kind === 'variant' ? (target.owner ?? target) : target;
  if (named.kind !== 'module') {
    tools.recorder.toDefinition(reference, named, 'imports', reason);
    return;
  }
  const key = named.inner === undefined ? null : keyOfModule(named.inner);
  if (key !== null) tools.recorder.toRow(reference, key, 'imports', reason);
}

/** An import that leads nowhere is an error for sure when the last module it reaches is known as a whole. */
function reportUnresolved(tools: Tools, item: Import, reference: Reference): void {
  const { fact, scope } = item;
  if (fact.externCrate) return;
  const question = {
    segments: fact.path,
    scope,
    ns: Ns.type,
    mask: item.mask,
    global: fact.global,
    isUse: true,
    skip: item,
  };
  const { within, used } = tools.names.resolvePath(question);
  const missing = fact.path[used] ?? reference.name;
  const certain =
    within !== null &&
    used > 0 &&
    isBuilt(item.mask) &&
    isClosed(within, missing, tools) &&
    !within.crate.macros.has(missing);
  const message =
    within === null
      ? `cannot follow ${fact.path.join('::')}`
      : `no ${missing} in module ${within.path} of crate ${within.crate.name}`;
  tools.problems.add('unresolved_import', reference, { message, certain });
}
