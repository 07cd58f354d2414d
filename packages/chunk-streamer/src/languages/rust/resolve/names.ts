import { DefFlag } from '../facts.js';
import { entryAt } from '../indexed.js';
import { type Candidate, maskOf, pick, pickMacro } from './candidates.js';
import { preferredWorld } from './cfg-worlds.js';
import {
  type Binding,
  type Crate,
  type Definition,
  type External,
  Import,
  Ns,
  type Resolved,
  type Scope,
} from './model.js';
import { rootOf, scopeOf } from './module-root.js';
import { questionNumber, remember, viewpoint } from './name-answers.js';
import type { Asker, LookUp, PathQuestion, PathResult } from './name-question.js';
import { OpenQuestions } from './open-questions.js';
import type { Program } from './program.js';
import { resolveKeyword } from './resolve-keyword.js';

/** Names re-exported by re-exports: nothing is known at the end of a longer chain. */
const MAX_IMPORT_DEPTH = 200;

const PRIMITIVES = new Set(
  'bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f16 f32 f64 f128'.split(' '),
);

/** Answers what a name or path stands for, by the rules of Rust's module system. */
export class Names {
  private readonly program: Program;
  private readonly questions = new OpenQuestions();
  private skipped: Import | undefined;
  private readonly openGlobs = new Set<Import>();
  private importDepth = 0;

  constructor(program: Program) {
    this.program = program;
  }

  /** Resolves as many segments as are modules, enums and their members; the rest are associated items. */
  resolvePath(question: PathQuestion): PathResult {
    const start = this.resolveStart(question);
    if (start.target === null) return start;
    let { target, used } = start;
    let within: Scope | null = null;
    const { segments, ns, scope, mask } = question;
    while (target !== null && used < segments.length) {
      const isLast = used === segments.length - 1;
      const next = this.memberOf(target, entryAt(segments, used), {
        ns: isLast ? ns : Ns.type,
        from: scope,
        mask,
      });
      if (next === undefined) return { target, used, within };
      within = scopeOf(target);
      if (next === null) return { target: null, used, within };
      target = next;
      used += 1;
    }
    return { target, used, within };
  }

  private resolveStart(question: PathQuestion): PathResult {
    const { segments, scope, ns, mask } = question;
    const first = segments[0] ?? '';
    const keyword = resolveKeyword(segments, scope);
    if (keyword !== undefined) return keyword;
    const wanted = segments.length === 1 ? ns : Ns.type;
    const isOldUse = question.isUse === true && scope.crate.edition < 2018;
    if (question.global === true || isOldUse) {
      const root =
        scope.crate.edition < 2018
          ? this.member(scope.crate.root, first, { ns: wanted, from: scope, mask })
          : null;
      const target =
        root ??
        this.externCrate(scope.crate, first) ??
        (isOldUse ? this.lexical(scope, first, wanted, mask) : null);
      return { target, used: target === null ? 0 : 1, within: null };
    }
    const outer = this.skipped;
    this.skipped = question.skip ?? outer;
    const target = this.lexical(scope, first, wanted, mask);
    this.skipped = outer;
    return { target, used: target === null ? 0 : 1, within: target === null ? scope.module : null };
  }

  /** A name as the code in `scope` sees it: blocks, module, crates, prelude, primitive types. */
  lexical(scope: Scope, name: string, ns: number, mask: number): Resolved | null {
    const key = preferredWorld(mask) * 8 + ns;
    const known = scope.lexicalAnswers.get(name)?.get(key);
    if (known !== undefined) return known;
    const question = { ns, mask };
    return this.questions.answer(
      {
        keep: (found) => {
          remember(scope.lexicalAnswers, { name, key, found });
        },
        mark: () => undefined,
      },
      () =>
        this.lexicalIn(scope, name, { ...question, isLoose: false }) ??
        this.lexicalIn(scope, name, { ...question, isLoose: true }),
    );
  }

  private lexicalIn(
    scope: Scope,
    name: string,
    { ns, mask, isLoose }: { ns: number; mask: number; isLoose: boolean },
  ): Resolved | null {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const found = this.lookUp(at, name, { ns, from: scope, mask, viaGlob: false, isLoose });
      if (found !== null) return found;
    }
    if (isLoose)
      return (
        (ns === Ns.macro ? pickMacro(scope.crate.macros.get(name) ?? [], mask) : null) ??
        this.fromForeignGlob(scope, name)
      );
    if ((ns & Ns.type) !== 0) {
      const crate = this.externCrate(scope.crate, name);
      if (crate !== null) return crate;
    }
    return this.prelude(scope, name, ns);
  }

  private prelude(scope: Scope, name: string, ns: number): Resolved | null {
    const { std } = this.program;
    const prelude = this.member(std.root, 'prelude', { ns: Ns.type, from: std.root, mask: -1 });
    const inner = scopeOf(prelude);
    const found =
      inner === null || inner === scope ? null : this.member(inner, name, { ns, from: inner, mask: -1 });
    if (found !== null) return found;
    return (ns & Ns.type) !== 0 && PRIMITIVES.has(name) ? { tag: 'primitive', name } : null;
  }

  /** A name nobody defines may come from the one glob import that leads out of the repository. */
  private fromForeignGlob(scope: Scope, name: string): External | null {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      for (const glob of at.globs) {
        const target = this.globTarget(glob);
        if (target?.tag === 'external') return { ...target, path: [...target.path, name] };
      }
    }
    return null;
  }

  /** A crate by the name code uses for it. */
  externCrate(crate: Crate, name: string): Resolved | null {
    if (name === crate.name && crate.kind === 'std') return rootOf(crate);
    const target = crate.dependencies.get(name);
    if (target === undefined) return null;
    return 'tag' in target ? target : rootOf(target);
  }

  /**
   * A direct member of a module, enum or foreign path.
   *
   * Null when it has no such member; undefined when its members are associated items.
   */
  memberOf(target: Resolved, name: string, asker: Asker & { ns: number }): Resolved | null | undefined {
    if (target.tag === 'external') return { ...target, path: [...target.path, name] };
    if (target.tag === 'primitive') return undefined;
    if (target.kind === 'module') {
      if (target.inner === undefined) return null;
      const found = this.member(target.inner, name, asker);
      if (found === null && target.isStd) return { tag: 'external', crate: 'std', path: [target.name, name] };
      return found;
    }
    if (target.kind === 'enum') return target.variant(name);
    return undefined;
  }

  /** A name of one scope: what its own configuration has, else what any configuration has. */
  member(scope: Scope, name: string, asker: Asker & { ns: number }): Resolved | null {
    const { ns, from, mask, viaGlob = false } = asker;
    if (!mayHold(scope, name, { ns, from })) return null;
    // written out: one shape of question makes all that is asked of it fast
    return (
      this.lookUp(scope, name, { ns, from, mask, viaGlob, isLoose: false }) ??
      this.lookUp(scope, name, { ns, from, mask, viaGlob, isLoose: true })
    );
  }

  /** A name of one scope: its items and imports, then its globs. */
  private lookUp(scope: Scope, name: string, { ns, from, mask, viaGlob, isLoose }: LookUp): Resolved | null {
    if (!mayHold(scope, name, { ns, from })) return null;
    const world = mask & scope.mask || mask;
    const key = questionNumber({ world, ns, isLoose, viaGlob, viewpoint: viewpoint(scope, from) });
    const known = scope.answers.get(name)?.get(key);
    if (known !== undefined) return known;
    const guard = `${name} ${key}`;
    if (this.questions.isOpen(scope.busy.get(guard))) return null;
    const asker = { ns, from, mask: world, viaGlob, isLoose };
    return this.questions.answer(
      {
        keep: (found) => {
          remember(scope.answers, { name, key, found });
        },
        mark: (depth) => {
          if (depth === 0) scope.busy.delete(guard);
          else scope.busy.set(guard, depth);
        },
      },
      () =>
        pick(this.fromBindings(scope, name, asker), asker) ??
        pick(this.fromGlobs(scope, name, asker), asker) ??
        exportedMacro(scope, name, asker),
    );
  }

  private fromBindings(scope: Scope, name: string, { ns, from, viaGlob }: LookUp): Candidate[] {
    const candidates: Candidate[] = [];
    for (const binding of scope.names.get(name) ?? []) {
      if ((binding.ns & ns) === 0) continue;
      if (binding.target === this.skipped) {
        this.questions.leaveOut();
        continue;
      }
      // a private import is no member for others; a private item is one, which the caller may report
      const isImport = binding.target instanceof Import;
      if ((isImport || viaGlob) && !this.isVisible(binding.vis, scope, from)) continue;
      const target = isImport
        ? this.resolveImport(binding.target as Import, ns)
        : (binding.target as Definition);
      if (target !== null) candidates.push({ target, mask: binding.mask & maskOf(target) });
    }
    return candidates;
  }

  private fromGlobs(scope: Scope, name: string, { ns, from, mask }: LookUp): Candidate[] {
    const candidates: Candidate[] = [];
    for (const glob of scope.globs) {
      if (!this.isVisible(glob.fact.vis, scope, from)) continue;
      const target = this.globTarget(glob);
      if (target === null || target.tag !== 'definition') continue;
      const found = this.memberOf(target, name, {
        ns,
        from: scope,
        mask: mask & glob.mask || mask,
        viaGlob: true,
      });
      if (found === null || found === undefined || found.tag === 'primitive') continue;
      if (found.tag === 'external') {
        // a module of the standard library gives this answer to every name its picture lacks
        if (!target.isStd) candidates.push({ target: found, mask: glob.mask });
        continue;
      }
      candidates.push({ target: found, mask: glob.mask & found.mask });
    }
    return candidates;
  }

  /** What a glob import opens. */
  globTarget(glob: Import): Resolved | null {
    const { fact, scope } = glob;
    if (fact.path.length === 0) return rootOf(scope.crate);
    const known = glob.answers.get(Ns.type);
    if (known !== undefined) return known;
    if (this.questions.isOpen(glob.openSince)) return null;
    const question = {
      segments: fact.path,
      scope,
      ns: Ns.type,
      mask: glob.mask,
      global: fact.global,
      isUse: true,
    };
    return this.questions.answer(
      {
        keep: (found) => {
          glob.answers.set(Ns.type, found);
        },
        mark: (depth) => {
          glob.openSince = depth;
        },
      },
      () => {
        const { target, used } = this.resolvePath(question);
        return used === fact.path.length ? target : null;
      },
    );
  }

  /** What a named import stands for in a namespace. */
  resolveImport(item: Import, ns: number): Resolved | null {
    const known = item.answers.get(ns);
    if (known !== undefined) return known;
    // the answer is kept like any other: asking again at every level would double the work with each
    if (this.importDepth >= MAX_IMPORT_DEPTH) return null;
    this.importDepth += 1;
    const found = this.followImport(item, ns);
    this.importDepth -= 1;
    if (found !== null) item.answers.set(ns, found);
    return found;
  }

  private followImport(item: Import, ns: number): Resolved | null {
    const { fact, scope } = item;
    if (fact.externCrate) {
      if ((ns & Ns.type) === 0) return null;
      return fact.path[0] === 'self' ? rootOf(scope.crate) : this.externOf(item);
    }
    const question = {
      segments: fact.path,
      scope,
      ns,
      mask: item.mask,
      global: fact.global,
      isUse: true,
      skip: item,
    };
    const { target, used } = this.resolvePath(question);
    return used === fact.path.length ? target : null;
  }

  private externOf(item: Import): Resolved | null {
    const name = entryAt(item.fact.path, 0);
    return this.externCrate(item.scope.crate, name) ?? { tag: 'external', crate: name, path: [] };
  }

  /** True when code in `from` may name what is declared in `scope` with this visibility. */
  isVisible(vis: Binding['vis'], scope: Scope, from: Scope): boolean {
    if (vis === true) return true;
    if (vis === false || vis === 'self') return from.isInside(scope.module);
    if (scope.crate !== from.crate) return isSharedModule(scope.module);
    if (vis === 'crate') return true;
    if (vis === 'super') return scope.module.parent === undefined || from.isInside(scope.module.parent);
    const { target } = this.resolvePath({
      segments: vis.split('::'),
      scope: scope.crate.root,
      ns: Ns.type,
      mask: -1,
    });
    const limit = target === null ? null : scopeOf(target);
    return limit === null || from.isInside(limit);
  }
}

/** A module file that several crates declare is as visible to each of them as to the first. */
function isSharedModule(module: Scope): boolean {
  for (let at: Scope | undefined = module; at !== undefined; at = at.parent) if (at.isShared) return true;
  return false;
}

/**
 * False for a name that neither stands in a scope nor can come from elsewhere for this asker: the thousand modules that one
 * opens by globs, each with a private glob of its own, are not asked one by one.
 */
function mayHold(scope: Scope, name: string, { ns, from }: { ns: number; from: Scope }): boolean {
  if (scope.names.has(name) || (ns === Ns.macro && isCrateRoot(scope))) return true;
  return scope.globs.length > 0 && (scope.hasOpenGlob || from.isInside(scope.module));
}

function isCrateRoot(scope: Scope): boolean {
  return scope.kind === 'file' && scope.parent === undefined;
}

/** `#[macro_export]` puts a macro at its crate's root. */
function exportedMacro(scope: Scope, name: string, { ns, mask }: LookUp): Definition | null {
  if (ns !== Ns.macro || !isCrateRoot(scope)) return null;
  const exported = (scope.crate.macros.get(name) ?? []).filter(
    (def) => (def.fact.flags & DefFlag.macroExport) !== 0,
  );
  return pickMacro(exported, mask);
}
