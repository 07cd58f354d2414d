import { type Crate, type Definition, Ns } from './model.js';
import { rootOf } from './module-root.js';
import type { Names } from './names.js';

/** The definitions of the standard library the language itself refers to. */
export class StandardLibrary {
  readonly crate: Crate;
  private readonly names: Names;
  private readonly known = new Map<string, Definition | undefined>();

  constructor(crate: Crate, names: Names) {
    this.crate = crate;
    this.names = names;
  }

  /** A definition by its path below the crate, e.g. `option::Option`. */
  find(path: string): Definition | undefined {
    if (this.known.has(path)) return this.known.get(path);
    const root = rootOf(this.crate);
    const segments = ['crate', ...path.split('::')];
    const found =
      root?.inner === undefined
        ? { target: null, used: 0 }
        : this.names.resolvePath({ segments, scope: root.inner, ns: Ns.type, mask: -1 });
    const isWhole = found.target?.tag === 'definition' && found.used === segments.length;
    const def = isWhole ? (found.target as Definition) : undefined;
    this.known.set(path, def);
    return def;
  }

  get result(): Definition | undefined {
    return this.find('result::Result');
  }

  get option(): Definition | undefined {
    return this.find('option::Option');
  }

  get future(): Definition | undefined {
    return this.find('future::Future');
  }

  get deref(): Definition | undefined {
    return this.find('ops::Deref');
  }

  get iterator(): Definition | undefined {
    return this.find('iter::Iterator');
  }

  get intoIterator(): Definition | undefined {
    return this.find('iter::IntoIterator');
  }

  /** True for `Fn`, `FnMut` and `FnOnce`. */
  isFnTrait(def: Definition): boolean {
    return def.isStd && (def.name === 'Fn' || def.name === 'FnMut' || def.name === 'FnOnce');
  }
}
