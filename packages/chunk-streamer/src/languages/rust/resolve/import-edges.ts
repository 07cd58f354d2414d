import { isSame } from './candidates.js';
import type { Reference } from './edge-recorder.js';
import { keyOfModule } from './load-file.js';
import { type Definition, type Import, Ns, type Resolved, type Scope, type SourceFile } from './model.js';
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
    reportUnresolved(tools, item, reference);
    return;
  }
  for (const target of found) recordImported(tools, target, { reference, isGlob: fact.glob });
  if (!fact.glob && !fact.externCrate) reportPrivateImport(tools, item, reference);
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
  const isPlain = fact.cfg === undefined && scope.file.crate.root.mask === scope.mask;
  const certain =
    within !== null &&
    used > 0 &&
    isPlain &&
    isClosed(within, tools.names) &&
    !isNamed(within, fact.path[used]);
  const missing = fact.path[used] ?? reference.name;
  const message =
    within === null
      ? `cannot follow ${fact.path.join('::')}`
      : `no ${missing} in module ${within.path} of crate ${within.crate.name}`;
  tools.problems.add('unresolved_import', reference, { message, certain });
}

/** A name the module imports from where nobody can see, or an exported macro, which lives at the crate's root. */
function isNamed(within: Scope, name: string | undefined): boolean {
  return name !== undefined && (within.names.has(name) || within.crate.macros.has(name));
}
