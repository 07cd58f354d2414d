import { fileKey, type RowKey } from '@parseltongue/isg-core';
import { type DefFact, DefFlag, type RustFacts, type UseFact, type VisibilityFact } from '../facts.js';
import { entryAt } from '../indexed.js';
import type { ResolvableItem } from '../syntax.js';
import { ALL_WORLDS } from './cfg-worlds.js';
import { type Crate, Definition, Import, Ns, Scope, SourceFile } from './model.js';
import type { Program } from './program.js';

export interface FileInput {
  path: string;
  items: readonly ResolvableItem[];
  facts: RustFacts;
}

export interface LoadInput {
  program: Program;
  crate: Crate;
  input: FileInput;
  /** Module that declares the file, undefined for a crate root. */
  parent: Scope | undefined;
  modulePath: string;
  mask: number;
}

/** Makes scopes and definitions of one file; modules in files of their own are left to the caller. */
export function loadFile({ program, crate, input, parent, modulePath, mask }: LoadInput): SourceFile {
  const file = new SourceFile({ path: input.path, facts: input.facts, items: input.items, crate });
  program.files.set(input.path, file);
  const root = new Scope({
    id: program.nextId(),
    kind: 'file',
    file,
    outer: undefined,
    parent,
    path: modulePath,
    mask,
  });
  file.scopes[0] = root;
  if (parent === undefined) root.def = createRootDefinition(program, root);
  const loader = new FileLoader(program, file);
  loader.run();
  return file;
}

/** The module a crate's root file is. */
function createRootDefinition(program: Program, root: Scope): Definition {
  const { file } = root;
  const fact: DefFact = {
    kind: 'module',
    name: file.crate.name,
    pos: 0,
    item: 0,
    exact: true,
    scope: 0,
    owner: -1,
    vis: true,
    flags: 0,
    inner: 0,
  };
  const key = file.crate.kind === 'std' ? null : (file.items[0]?.key ?? null);
  const def = new Definition({
    id: program.nextId(),
    kind: 'module',
    name: file.crate.name,
    file,
    fact,
    scope: root,
    owner: undefined,
    mask: root.mask,
    key,
  });
  def.inner = root;
  return def;
}

/** Makes what a file's facts declare and its `scopes` and `defs` do not hold yet. */
export class FileLoader {
  private readonly program: Program;
  private readonly file: SourceFile;

  constructor(program: Program, file: SourceFile) {
    this.program = program;
    this.file = file;
  }

  /** Imports of the scopes in `kept` are there already. */
  run(kept: ReadonlySet<number> = new Set()): void {
    const { facts } = this.file;
    facts.defs.forEach((_, index) => this.definitionAt(index));
    facts.scopes.forEach((_, index) => this.scopeAt(index));
    for (const use of facts.uses) {
      if (kept.has(use.scope)) continue;
      const scope = this.scopeAt(use.scope);
      const target = new Import(use, scope, scope.mask & this.file.crate.cfg.maskOf(use.cfg));
      scope.imports.push(target);
      if (use.externCrate && scope.outer === undefined && scope.parent === undefined) this.addCrateAlias(use);
      if (use.glob) {
        scope.globs.push(target);
        scope.hasOpenGlob ||= !isPrivate(use.vis);
        noteNarrow(scope, use.vis);
      } else
        bind(scope, use.alias, {
          ns: Ns.type | Ns.value | Ns.macro,
          mask: target.mask,
          vis: use.vis,
          target,
        });
    }
    for (const call of facts.macroCalls) {
      if (call.owner < 0) this.scopeAt(call.scope).isOpaque = true;
    }
  }

  /** `extern crate a as b;` at the root makes `b` a crate name everywhere. */
  private addCrateAlias({ path, alias }: UseFact): void {
    const { crate } = this.file;
    const target = crate.dependencies.get(path[0] ?? '');
    if (target !== undefined && !crate.dependencies.has(alias)) crate.dependencies.set(alias, target);
  }

  private scopeAt(index: number): Scope {
    const known = this.file.scopes[index];
    if (known !== undefined) return known;
    const fact = entryAt(this.file.facts.scopes, index);
    const outer = this.scopeAt(fact.parent);
    const def = fact.owner >= 0 ? this.definitionAt(fact.owner) : undefined;
    const isModule = fact.kind === 'module';
    const scope = new Scope({
      id: this.program.nextId(),
      kind: fact.kind,
      file: this.file,
      outer,
      parent: isModule ? outer.module : outer.module.parent,
      path: isModule ? `${outer.module.path}::${def?.name ?? ''}` : outer.path,
      mask: def?.mask ?? outer.mask,
    });
    this.file.scopes[index] = scope;
    if (isModule && def !== undefined) {
      scope.def = def;
      def.inner = scope;
    }
    return scope;
  }

  private definitionAt(index: number): Definition {
    const known = this.file.defs[index];
    if (known !== undefined) return known;
    const fact = entryAt(this.file.facts.defs, index);
    const scope = this.scopeAt(fact.scope);
    const owner = fact.owner >= 0 ? this.definitionAt(fact.owner) : undefined;
    const def = new Definition({
      id: this.program.nextId(),
      kind: fact.kind,
      name: fact.name,
      file: this.file,
      fact,
      scope,
      owner,
      mask: (owner?.mask ?? scope.mask) & this.file.crate.cfg.maskOf(fact.cfg),
      key: keyOf(this.file, fact),
    });
    this.file.defs[index] = def;
    // an attribute or derive of another crate may add names beside its item
    if ((fact.flags & DefFlag.attributeMacro) !== 0) scope.isOpaque = true;
    this.register(def);
    return def;
  }

  private register(def: Definition): void {
    if (def.kind === 'impl') this.program.impls.push(def);
    if (def.kind === 'trait') this.program.traits.push(def);
    if (def.kind === 'impl' || def.kind === 'trait') {
      def.members = new Map();
      def.twins = [];
    }
    if (def.owner !== undefined) addMember(def.owner, def);
    else if (def.kind !== 'impl') {
      bind(def.scope, def.name, {
        ns: namespacesOf(def.fact),
        mask: def.mask,
        vis: def.fact.vis,
        target: def,
      });
    }
    if (def.fact.deriveMacro !== undefined) {
      bind(def.scope, def.fact.deriveMacro, { ns: Ns.macro, mask: def.mask, vis: true, target: def });
    }
    if (def.kind === 'macro') addToList(this.file.crate.macros, def.name, def);
  }
}

/** A later twin of a member only wins where the first cannot be built on its own. */
function addMember(owner: Definition, member: Definition): void {
  owner.twins.push(member);
  const first = owner.members?.get(member.name);
  if (first === undefined || isPreferred(member, first)) owner.members?.set(member.name, member);
}

function isPreferred(member: Definition, first: Definition): boolean {
  if (member.kind !== first.kind) return first.kind === 'type';
  return (member.mask & -member.mask) < (first.mask & -first.mask) || (first.mask === 0 && member.mask !== 0);
}

function addToList<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Visibilities that are no path. */
const WIDTHS: ReadonlySet<string> = new Set(['self', 'super', 'crate']);

function bind(
  scope: Scope,
  name: string,
  binding: { ns: number; mask: number; vis: VisibilityFact; target: Definition | Import },
): void {
  addToList(scope.names, name, binding);
  noteNarrow(scope, binding.vis);
}

function isPrivate(vis: VisibilityFact): boolean {
  return vis === false || vis === 'self';
}

function noteNarrow(scope: Scope, vis: VisibilityFact): void {
  if (typeof vis === 'string' && !WIDTHS.has(vis)) scope.isNarrowed = true;
}

function namespacesOf(fact: DefFact): number {
  switch (fact.kind) {
    case 'function':
      return (fact.flags & DefFlag.procMacro) !== 0 ? Ns.value | Ns.macro : Ns.value;
    case 'const':
    case 'static':
      return Ns.value;
    case 'struct':
      return fact.shape === 'named' ? Ns.type : Ns.type | Ns.value;
    case 'macro':
      return Ns.macro;
    default:
      return Ns.type;
  }
}

/**
 * The row an edge to this definition names: its own, or the macro call whose tokens define it.
 *
 * A module of its own file is that file's row; the loader of modules sets it by the file's root scope.
 */
function keyOf(file: SourceFile, fact: DefFact): RowKey | null {
  const item = file.items[fact.item];
  if (item === undefined) return null;
  if (fact.exact) return item.key;
  return item.chunk.kind === 'macro_call' ? item.key : null;
}

/** The row of a module: the file's own for a module in a file, the module's row for an inline one. */
export function keyOfModule(scope: Scope): RowKey | null {
  if (scope.kind === 'file')
    return scope.crate.kind === 'std' ? null : (scope.file.items[0]?.key ?? fileKey(scope.file.path));
  return scope.def?.key ?? null;
}

/** Mask of a crate root. */
export const ROOT_MASK = ALL_WORLDS;
