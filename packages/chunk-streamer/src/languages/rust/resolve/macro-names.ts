import { DefFlag } from '../facts.js';
import { entryAt } from '../indexed.js';
import { preferredWorld } from './cfg-worlds.js';
import { type Crate, type Definition, type External, Ns, type Resolved, type Scope } from './model.js';
import type { Names } from './names.js';

const STANDARD = new Set(
  (
    'assert assert_eq assert_ne cfg column compile_error concat dbg debug_assert debug_assert_eq debug_assert_ne env eprint eprintln ' +
    'file format format_args include include_bytes include_str line matches module_path option_env panic print println stringify ' +
    'thread_local todo try unimplemented unreachable vec write writeln addr_of addr_of_mut ready pin asm global_asm is_x86_feature_detected'
  ).split(' '),
);

const STD: External = { tag: 'external', crate: 'std', path: [] };

/** Finds the macro an invocation names: textual scope first, then paths and imports, then the standard library. */
export class MacroNames {
  private readonly names: Names;

  constructor(names: Names) {
    this.names = names;
  }

  /** Null when nothing is known of the macro. */
  resolve(segments: readonly string[], scope: Scope, mask: number): Resolved | null {
    const name = segments[segments.length - 1] ?? '';
    if (segments.length > 1) return this.byPath(segments, scope, mask);
    const found =
      this.textual(name, scope, mask) ??
      this.imported(name, scope, mask) ??
      this.ofCrate(scope.crate, name, mask);
    if (found !== null) return found;
    return STANDARD.has(name) ? { ...STD, path: [name] } : this.fromMacroUse(scope.crate, name);
  }

  /** `macro_rules!` of the blocks and modules around, which inner modules inherit. */
  private textual(name: string, scope: Scope, mask: number): Resolved | null {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer ?? at.parent) {
      const own = at.names
        .get(name)
        ?.filter(
          (binding) =>
            (binding.ns & Ns.macro) !== 0 && 'kind' in binding.target && binding.target.kind === 'macro',
        );
      if (own !== undefined && own.length > 0)
        return pickMacro(
          own.map((binding) => binding.target as Definition),
          mask,
        );
    }
    return null;
  }

  private imported(name: string, scope: Scope, mask: number): Resolved | null {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const found = this.names.member(at, name, { ns: Ns.macro, from: scope, mask });
      if (found !== null && isMacro(found)) return found;
    }
    return null;
  }

  /** `#[macro_use] mod macros;` and `#[macro_export]` make a macro known in its whole crate. */
  private ofCrate(crate: Crate, name: string, mask: number): Resolved | null {
    const defs = crate.macros.get(name);
    return defs === undefined ? null : pickMacro(defs, mask);
  }

  private byPath(segments: readonly string[], scope: Scope, mask: number): Resolved | null {
    const { target, used } = this.names.resolvePath({ segments, scope, ns: Ns.macro, mask });
    if (target !== null && used === segments.length && isMacro(target)) return target;
    if (segments.length !== 2) return null;
    const name = entryAt(segments, 1);
    const crate =
      segments[0] === 'crate' || segments[0] === '$crate'
        ? scope.crate
        : scope.crate.dependencies.get(entryAt(segments, 0));
    if (crate === undefined || 'tag' in crate) return target;
    if (crate.kind === 'std') return { ...STD, path: [name] };
    const exported = crate.macros.get(name)?.filter((def) => (def.fact.flags & DefFlag.macroExport) !== 0);
    return exported === undefined || exported.length === 0 ? null : pickMacro(exported, mask);
  }

  /** `#[macro_use] extern crate x;` brings the exported macros of a crate. */
  private fromMacroUse(crate: Crate, name: string): Resolved | null {
    for (const item of (crate.root as Scope | undefined)?.imports ?? []) {
      if (!item.fact.macroUse) continue;
      const target = crate.dependencies.get(item.fact.path[0] ?? '');
      if (target === undefined || 'tag' in target || target.kind === 'std') continue;
      const exported = target.macros.get(name)?.filter((def) => (def.fact.flags & DefFlag.macroExport) !== 0);
      if (exported !== undefined && exported.length > 0) return pickMacro(exported, -1);
    }
    return null;
  }
}

function isMacro(target: Resolved): boolean {
  if (target.tag !== 'definition') return target.tag === 'external';
  return target.kind === 'macro' || (target.fact.flags & DefFlag.procMacro) !== 0;
}

/** The definition of the asker's configuration; a redefined macro is ambiguous. */
function pickMacro(defs: readonly Definition[], mask: number): Definition | null {
  if (defs.length === 1) return entryAt(defs, 0);
  const world = 1 << preferredWorld(mask);
  const active = defs.filter((def) => (def.mask & world) !== 0);
  return active.length === 1 ? entryAt(active, 0) : null;
}
