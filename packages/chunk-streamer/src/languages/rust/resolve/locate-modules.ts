import {
  type CargoPackage,
  type CargoTarget,
  directoryOf,
  type ManifestText,
  readPackages,
} from './manifest.js';

/** The place of a file by manifest and path convention. */
export interface ModulePlace {
  /** Crate name, null when the convention cannot tell which crate declares the file. */
  crate: string | null;
  /** `crate::a::b`, null outside of every package. */
  module_path: string | null;
}

/**
 * Locates the module of every Rust file by manifest and path convention, without reading the files.
 *
 * Exact for target roots and for files that follow the convention; `#[path]` and undeclared files are not seen here.
 */
export function locateModules(
  manifests: readonly ManifestText[],
  paths: readonly string[],
): Map<string, ModulePlace> {
  const packages = readPackages(manifests, new Set(paths));
  const places = new Map<string, ModulePlace>();
  for (const path of paths) {
    if (path.endsWith('.rs')) places.set(path, locate(path, packages));
  }
  return places;
}

const NOWHERE: ModulePlace = { crate: null, module_path: null };

function locate(path: string, packages: readonly CargoPackage[]): ModulePlace {
  const home = packages
    .filter((entry) => entry.dir === '' || path.startsWith(`${entry.dir}/`))
    .sort((a, b) => b.dir.length - a.dir.length)[0];
  if (home === undefined) return NOWHERE;
  const root = home.targets.find((target) => target.root === path);
  if (root !== undefined) return { crate: root.name, module_path: 'crate' };
  const target = nearestTarget(path, home.targets);
  if (target === undefined) return sharedTestModule(path, home);
  return { crate: target.name, module_path: modulePathBelow(moduleDirectory(target), path) };
}

/** Directory below which the modules of a target stand. */
function moduleDirectory(target: CargoTarget): string {
  return directoryOf(target.root);
}

/** The target whose own directory holds the file most closely; targets that share a directory are told apart by kind. */
function nearestTarget(path: string, targets: readonly CargoTarget[]): CargoTarget | undefined {
  const holders = targets.filter((target) => {
    const dir = moduleDirectory(target);
    return target.kind !== 'build' && (dir === '' || path.startsWith(`${dir}/`));
  });
  const deepest = Math.max(...holders.map((target) => moduleDirectory(target).length));
  const nearest = holders.filter((target) => moduleDirectory(target).length === deepest);
  const owner =
    nearest.find((target) => target.kind === 'lib') ?? nearest.find((target) => target.kind === 'bin');
  return owner ?? (nearest.length === 1 ? nearest[0] : undefined);
}

/** `tests/common/mod.rs` belongs to every test that declares it. */
function sharedTestModule(path: string, home: CargoPackage): ModulePlace {
  const inside = home.dir === '' ? path : path.slice(home.dir.length + 1);
  const folder = /^(?:tests|benches|examples)\//.exec(inside);
  if (folder === null) return NOWHERE;
  const base = home.dir === '' ? folder[0].slice(0, -1) : `${home.dir}/${folder[0].slice(0, -1)}`;
  return { crate: null, module_path: modulePathBelow(base, path) };
}

function modulePathBelow(dir: string, path: string): string {
  const relative = dir === '' ? path : path.slice(dir.length + 1);
  const parts = relative.replace(/\.rs$/, '').split('/');
  if (parts[parts.length - 1] === 'mod') parts.pop();
  return ['crate', ...parts].join('::');
}
