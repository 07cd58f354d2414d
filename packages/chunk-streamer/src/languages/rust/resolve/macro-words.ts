import { GLOB_WORD } from '../extract/read-macro-words.js';
import { DefFlag, type MacroCallFact } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import { segmentsOf } from './code-reader.js';
import type { MacroNames } from './macro-names.js';
import type { Crate, Resolved, Scope, SourceFile } from './model.js';
import type { Program } from './program.js';

/** Macros that make names of parts of names, or of files nobody sees. */
const MAKERS = ['paste!', 'concat_idents!', 'seq!', 'include!'];

/**
 * Tells which names macro calls at item position may define.
 *
 * A macro of the repository can only name what its body, the bodies it calls and its arguments hold; of any other macro
 * nothing is known.
 */
export class MacroWords {
  private readonly program: Program;
  private readonly macros: MacroNames;
  private readonly foreign = new Map<Scope, boolean>();
  private readonly globs = new Map<Scope, boolean>();
  private readonly crates = new Map<Crate, boolean>();
  private words: ReadonlySet<string> | undefined;
  private isMaking: boolean | undefined;

  constructor(program: Program, macros: MacroNames) {
    this.program = program;
    this.macros = macros;
  }

  /** True when a macro call or attribute in the scope may define the name. */
  mayDefine(scope: Scope, name: string): boolean {
    if (!scope.isOpaque) return false;
    return this.hasAttribute(scope) || this.isForeign(scope) || this.mayName(name) || this.bringsGlob(scope);
  }

  /** True when a macro call anywhere in the crate may define a member or impl of that name. */
  mayDefineIn(crate: Crate, name: string): boolean {
    if (crate.isLenient) return true;
    let isOpen = this.crates.get(crate);
    if (isOpen === undefined) {
      const files = [...this.program.files.values()].filter((file) => file.crate === crate);
      isOpen = files.some((file) => this.hasForeignCall(file, null));
      this.crates.set(crate, isOpen);
    }
    return isOpen || this.mayName(name);
  }

  private mayName(name: string): boolean {
    const words = this.collect();
    this.isMaking ??= MAKERS.some((maker) => words.has(maker));
    return this.isMaking || words.has(name);
  }

  private collect(): ReadonlySet<string> {
    this.words ??= new Set(
      [...this.program.files.values()].flatMap((file) =>
        file.crate.kind === 'std' ? [] : file.facts.macroWords,
      ),
    );
    return this.words;
  }

  /** An import of everything, written by a macro that is called in the scope. */
  private bringsGlob(scope: Scope): boolean {
    let known = this.globs.get(scope);
    if (known === undefined) {
      const { file } = scope;
      const holdsGlob = (call: MacroCallFact): boolean => {
        const target = this.resolveCall(file, call);
        return target?.tag === 'definition' && this.holdsGlob(target.file, new Set([file]));
      };
      // arguments may be handed on as they are
      known =
        this.collect().has(GLOB_WORD) &&
        (file.facts.macroWords.includes(GLOB_WORD) || callsOf(scope).some(holdsGlob));
      this.globs.set(scope, known);
    }
    return known;
  }

  /** True when macros of the file, or those they call, import everything from somewhere. */
  private holdsGlob(file: SourceFile, visited: Set<SourceFile>): boolean {
    const { macroWords } = file.facts;
    if (macroWords.includes(GLOB_WORD)) return true;
    visited.add(file);
    const called = macroWords.filter((word) => word.endsWith('!')).map((word) => word.slice(0, -1));
    return called
      .flatMap((name) => this.program.crates.flatMap((crate) => crate.macros.get(name) ?? []))
      .some((macro) => !visited.has(macro.file) && this.holdsGlob(macro.file, visited));
  }

  private hasAttribute(scope: Scope): boolean {
    return scope.file.defs.some(
      (def) => def.scope === scope && (def.fact.flags & DefFlag.attributeMacro) !== 0,
    );
  }

  private isForeign(scope: Scope): boolean {
    let known = this.foreign.get(scope);
    if (known === undefined) {
      known = this.hasForeignCall(scope.file, scope);
      this.foreign.set(scope, known);
    }
    return known;
  }

  /** A call of a macro that is neither of the repository nor of the standard library, in one scope or anywhere in the file. */
  private hasForeignCall(file: SourceFile, scope: Scope | null): boolean {
    const calls = scope === null ? file.facts.macroCalls : callsOf(scope);
    return calls.some((call) => {
      const target = this.resolveCall(file, call);
      if (target === null || target.tag === 'primitive') return true;
      if (target.tag === 'external') return target.crate !== 'std' || target.path.at(-1) === 'include';
      return this.callsForeign(target.file);
    });
  }

  private resolveCall(file: SourceFile, call: MacroCallFact): Resolved | null {
    const at = entryAt(file.scopes, call.scope);
    const path = numberAt(file.facts.code, call.node + 2);
    const segments = segmentsOf(file, path).map(({ name }) => name);
    return this.macros.resolve(segments, at, at.mask);
  }

  /** A body may hand its arguments on to a macro nobody knows. */
  private callsForeign({ facts, scopes }: SourceFile): boolean {
    const root = scopes[0];
    return facts.macroWords.some(
      (word) => word.endsWith('!') && root !== undefined && !this.isOwnOrStandard(word.slice(0, -1), root),
    );
  }

  private isOwnOrStandard(name: string, root: Scope): boolean {
    if (this.program.crates.some((crate) => crate.macros.has(name))) return true;
    const target = this.macros.resolve([name], root, root.mask);
    return target?.tag === 'external' && target.crate === 'std';
  }
}

/** Macro calls at item position of a scope itself. */
function callsOf(scope: Scope): MacroCallFact[] {
  const { facts, scopes } = scope.file;
  return facts.macroCalls.filter((call) => entryAt(scopes, call.scope) === scope && call.owner < 0);
}
