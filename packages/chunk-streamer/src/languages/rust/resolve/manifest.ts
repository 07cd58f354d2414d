import { parse } from 'smol-toml';
import { entryAt } from '../indexed.js';

export type TargetKind = 'lib' | 'bin' | 'example' | 'test' | 'bench' | 'build';

/** One crate a package builds. `root` is repo-relative. */
export interface CargoTarget {
  kind: TargetKind;
  /** Crate name, `-` replaced by `_`. */
  name: string;
  root: string;
}

/** A dependency under the name code uses for it. */
export interface CargoDependency {
  /** Crate name, `-` replaced by `_`. */
  name: string;
  /** Name of the package it comes from. */
  packageName: string;
  /** Repo-relative directory of a path dependency, null otherwise. */
  dir: string | null;
}

export interface CargoPackage {
  name: string;
  /** Repo-relative directory, empty for the root. */
  dir: string;
  edition: number;
  targets: CargoTarget[];
  dependencies: CargoDependency[];
  /** Features that are on by default, transitively. */
  defaultFeatures: ReadonlySet<string>;
  features: ReadonlySet<string>;
}

export interface ManifestText {
  path: string;
  text: string;
}

type Table = Record<string, unknown>;

/** Reads the packages of all manifests; one that does not parse or has no `[package]` gives none. */
export function readPackages(manifests: readonly ManifestText[], paths: ReadonlySet<string>): CargoPackage[] {
  const tables = manifests.flatMap(({ path, text }) => {
    const table = parseTable(text);
    return table === undefined ? [] : [{ dir: directoryOf(path), table }];
  });
  const packages: CargoPackage[] = [];
  for (const { dir, table } of tables) {
    const section = asTable(table.package);
    if (section === undefined) continue;
    const workspace = findWorkspace(tables, dir);
    packages.push(readPackage({ dir, table, section, workspace, paths }));
  }
  return packages.sort((a, b) => (a.dir < b.dir ? -1 : 1));
}

/** The directory part of a repo-relative path, empty at the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Joins repo-relative parts and folds `.` and `..`; undefined when the result leaves the repository. */
export function joinPath(dir: string, relative: string): string | undefined {
  const parts = dir === '' ? [] : dir.split('/');
  for (const part of relative.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function parseTable(text: string): Table | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function asTable(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

interface WorkspaceTable {
  dir: string;
  table: Table;
}

function findWorkspace(tables: readonly WorkspaceTable[], dir: string): WorkspaceTable | undefined {
  const around = tables.filter(
    (entry) =>
      entry.table.workspace !== undefined &&
      (entry.dir === '' || entry.dir === dir || dir.startsWith(`${entry.dir}/`)),
  );
  return around.sort((a, b) => b.dir.length - a.dir.length)[0];
}

interface PackageInput {
  dir: string;
  table: Table;
  section: Table;
  workspace: WorkspaceTable | undefined;
  paths: ReadonlySet<string>;
}

function readPackage(input: PackageInput): CargoPackage {
  const { dir, table, section, workspace } = input;
  const name = asText(section.name) ?? '';
  const features = asTable(table.features) ?? {};
  const shared = asTable(asTable(workspace?.table.workspace)?.package) ?? {};
  const edition = asText(section.edition) ?? asText(shared.edition) ?? '2015';
  return {
    name,
    dir,
    edition: Number(edition),
    targets: readTargets(input, name),
    dependencies: readDependencies(input),
    defaultFeatures: closeFeatures(features),
    features: new Set(Object.keys(features)),
  };
}

function closeFeatures(features: Table): Set<string> {
  const closed = new Set<string>();
  const queue = ['default'];
  for (let feature = queue.pop(); feature !== undefined; feature = queue.pop()) {
    if (closed.has(feature)) continue;
    closed.add(feature);
    const implied = features[feature];
    if (Array.isArray(implied))
      queue.push(
        ...implied.map((entry) =>
          String(entry)
            .replace(/^dep:/, '')
            .replace(/\??\/.*$/, ''),
        ),
      );
  }
  return closed;
}

function crateName(name: string): string {
  return name.replaceAll('-', '_');
}

const DIRECTORIES = { bin: 'src/bin', example: 'examples', test: 'tests', bench: 'benches' } as const;

function readTargets(input: PackageInput, packageName: string): CargoTarget[] {
  const { dir, table, section, paths } = input;
  const targets: CargoTarget[] = [];
  const add = (kind: TargetKind, name: string, relative: string): void => {
    const root = joinPath(dir, relative);
    if (root === undefined || !paths.has(root) || targets.some((target) => target.root === root)) return;
    targets.push({ kind, name: crateName(name), root });
  };
  const lib = asTable(table.lib);
  add('lib', asText(lib?.name) ?? packageName, asText(lib?.path) ?? 'src/lib.rs');
  for (const kind of ['bin', 'example', 'test', 'bench'] as const) {
    for (const entry of asTables(table[kind])) {
      const name = asText(entry.name) ?? packageName;
      const explicit = asText(entry.path);
      const guesses = explicit === undefined ? guessRoots(kind, name) : [explicit];
      for (const guess of guesses) add(kind, name, guess);
    }
    if (kind === 'bin') add('bin', packageName, 'src/main.rs');
    if (section[`auto${kind}${kind === 'bench' ? 'es' : 's'}`] !== false) discover(input, kind, add);
  }
  const build = section.build;
  if (build !== false) add('build', 'build_script_build', asText(build) ?? 'build.rs');
  return targets;
}

function asTables(value: unknown): Table[] {
  const entries: unknown[] = Array.isArray(value) ? value : [];
  return entries.map(asTable).filter((entry) => entry !== undefined);
}

function guessRoots(kind: keyof typeof DIRECTORIES, name: string): string[] {
  const base = `${DIRECTORIES[kind]}/${name}`;
  const roots = [`${base}.rs`, `${base}/main.rs`];
  return kind === 'bin' ? [...roots, 'src/main.rs'] : roots;
}

type AddTarget = (kind: TargetKind, name: string, relative: string) => void;

function discover({ dir, paths }: PackageInput, kind: keyof typeof DIRECTORIES, add: AddTarget): void {
  const base = joinPath(dir, DIRECTORIES[kind])!;
  const prefix = `${base}/`;
  const found: [string, string][] = [];
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const match = /^([^/]+?)(?:\.rs|\/main\.rs)$/.exec(path.slice(prefix.length));
    if (match !== null) found.push([entryAt(match, 1), path]);
  }
  for (const [name, path] of found.sort()) add(kind, name, dir === '' ? path : path.slice(dir.length + 1));
}

function readDependencies({ dir, table, workspace }: PackageInput): CargoDependency[] {
  const dependencies = new Map<string, CargoDependency>();
  const shared = asTable(asTable(workspace?.table.workspace)?.dependencies) ?? {};
  for (const section of dependencyTables(table)) {
    for (const [key, value] of Object.entries(section)) {
      const own = asTable(value);
      const inherited = own?.workspace === true ? asTable(shared[key]) : undefined;
      const source = inherited ?? own;
      const base = inherited === undefined ? dir : (workspace?.dir ?? dir);
      const path = asText(source?.path);
      dependencies.set(crateName(key), {
        name: crateName(key),
        packageName: asText(source?.package) ?? key,
        dir: path === undefined ? null : (joinPath(base, path) ?? null),
      });
    }
  }
  return [...dependencies.values()];
}

function dependencyTables(table: Table): Table[] {
  const kinds = [
    'dependencies',
    'dev-dependencies',
    'build-dependencies',
    'dev_dependencies',
    'build_dependencies',
  ];
  const holders: Table[] = [table, ...asTables(Object.values(asTable(table.target) ?? {}))];
  return holders.flatMap((holder) => asTables(kinds.map((kind) => holder[kind])));
}
