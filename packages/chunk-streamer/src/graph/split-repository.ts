import { linkDeclarations, type PlaceFilesInput } from '../languages/rust/place-files.js';
import { directoryOf, type ManifestText, readPackages } from '../languages/rust/resolve/index.js';

/** Packages that know of each other, with all their files: what is resolved as one, apart from everything else. */
export interface Region {
  manifests: ManifestText[];
  /** In path order. */
  paths: string[];
}

/**
 * Splits a repository into regions that do not refer to each other.
 *
 * Packages stand in one region when one depends on the other by path, or when a file of one is a module of the other.
 * Files outside of every package are a region of their own. Regions come in the order of their first files.
 */
export function splitRepository(input: PlaceFilesInput): Region[] {
  const { manifests, paths } = input;
  const packages = readPackages(manifests, new Set(paths));
  const folders = packages.map(({ dir }) => dir);
  const homes = new Homes(folders);
  const groups = new Groups([...folders, OUTSIDE]);
  for (const { dir, dependencies } of packages)
    for (const dependency of dependencies) if (dependency.dir !== null) groups.join(dir, dependency.dir);
  for (const [to, links] of linkDeclarations(input))
    for (const { from } of links) groups.join(homes.of(from), homes.of(to));
  const regions = new Map<string, Region>();
  for (const path of paths) {
    const group = groups.of(homes.of(path));
    const region = regions.get(group);
    if (region === undefined) regions.set(group, { manifests: [], paths: [path] });
    else region.paths.push(path);
  }
  for (const manifest of manifests) {
    const dir = directoryOf(manifest.path);
    if (folders.includes(dir)) regions.get(groups.of(dir))?.manifests.push(manifest);
  }
  return [...regions.values()].map((region) => withWorkspaces(region, manifests));
}

// No folder is called so.
const OUTSIDE = '/';

// What a member inherits stands in a manifest above it, which may belong to no package of the region.
function withWorkspaces(region: Region, manifests: readonly ManifestText[]): Region {
  const own = new Set(region.manifests.map(({ path }) => path));
  const dirs = region.manifests.map(({ path }) => directoryOf(path));
  const isAbove = (dir: string): boolean => dirs.some((inner) => dir === '' || inner.startsWith(`${dir}/`));
  const above = manifests.filter(
    ({ path, text }) => !own.has(path) && text.includes('[workspace') && isAbove(directoryOf(path)),
  );
  return { manifests: [...region.manifests, ...above], paths: region.paths };
}

/** Finds the package a file lies in: the nearest folder of one around it, `OUTSIDE` without one. */
class Homes {
  private readonly folders: ReadonlySet<string>;
  private readonly known = new Map<string, string>();

  constructor(folders: readonly string[]) {
    this.folders = new Set(folders);
  }

  of(path: string): string {
    return this.ofFolder(directoryOf(path));
  }

  private ofFolder(folder: string): string {
    const known = this.known.get(folder);
    if (known !== undefined) return known;
    const parent = folder === '' ? OUTSIDE : this.ofFolder(directoryOf(folder));
    const home = this.folders.has(folder) ? folder : parent;
    this.known.set(folder, home);
    return home;
  }
}

/** Sets of folders that are joined one by one. */
class Groups {
  private readonly parents = new Map<string, string>();

  constructor(folders: readonly string[]) {
    for (const folder of folders) this.parents.set(folder, folder);
  }

  /** The folder that stands for its group. */
  of(folder: string): string {
    let at = folder;
    for (let next = this.parents.get(at); next !== undefined && next !== at; next = this.parents.get(at))
      at = next;
    return at;
  }

  /** Folders that hold no package are nobody's. */
  join(one: string, other: string): void {
    const [a, b] = [this.of(one), this.of(other)];
    if (a !== b && this.parents.has(a) && this.parents.has(b)) this.parents.set(a, b);
  }
}
