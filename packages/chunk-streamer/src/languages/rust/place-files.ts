import { basename, dirname, join } from 'node:path/posix';
import { parse as parseToml } from 'smol-toml';
import type { FilePlace } from '../define-language.js';
import { formatConjunction, impliesTest, parseCfg } from './cfg.js';
import { locateModules } from './resolve/index.js';
import type { FileDeclarations, ModuleDeclaration } from './scan-module-declarations.js';

/** A manifest's text. */
export interface ManifestText {
  path: string;
  text: string;
}

/** The files of a repository and what they declare. */
export interface PlaceFilesInput {
  manifests: readonly ManifestText[];
  /** In path order. */
  paths: readonly string[];
  declarations: ReadonlyMap<string, FileDeclarations>;
}

/** The place of a file nobody knows: no crate, no test scope. */
export const UNKNOWN_PLACE: FilePlace = { crate: null, module_path: null, test_scope: null, cfg: [] };

/**
 * The place of every file: crate and module, the `cfg` predicates on its declaration, and why it is test code.
 *
 * A file is test code when it lies in a package's `tests/` or `benches/` folder, is a test or bench target of its
 * manifest, or when every `mod` declaration that leads to it holds only while tests are built.
 */
export function placeFiles(input: PlaceFilesInput): Map<string, FilePlace> {
  const modules = locateModules(input.manifests, input.paths);
  const declared = linkDeclarations(input);
  const targets = findTestTargets(input.manifests);
  const scopes = new Map<string, Scope>();
  const context: ScopeContext = { declared, targets, scopes, declarations: input.declarations };
  return new Map(
    input.paths.map((path) => {
      const { crate = null, module_path = null } = modules.get(path) ?? {};
      const { reason, cfg } = scopeOf(path, context);
      return [path, { crate, module_path, test_scope: reason, cfg }];
    }),
  );
}

interface Scope {
  reason: string | null;
  cfg: string[];
}

/** A declaration that gives its content to another file. */
export interface Declaration {
  from: string;
  cfgs: string[];
}

interface TestTargets {
  /** Folders of packages, longest path first; the repository's root when there is no manifest. */
  packages: string[];
  /** Sources of test and bench targets named in manifests. */
  files: Map<string, string>;
}

interface ScopeContext {
  declared: ReadonlyMap<string, Declaration[]>;
  declarations: ReadonlyMap<string, FileDeclarations>;
  targets: TestTargets;
  scopes: Map<string, Scope>;
}

function scopeOf(path: string, context: ScopeContext): Scope {
  const known = context.scopes.get(path);
  if (known !== undefined) return known;
  context.scopes.set(path, { reason: null, cfg: [] }); // ends cycles of declarations
  const byFolder = testFolderOf(path, context.targets);
  const ways = (context.declared.get(path) ?? []).map((declaration) =>
    followDeclaration(declaration, context),
  );
  const reasons = ways.map((way) => way.reason);
  const byDeclaration =
    reasons.length > 0 && reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
  const [only, another] = ways;
  const scope = {
    reason: byFolder ?? byDeclaration,
    cfg: only !== undefined && another === undefined ? only.cfg : [],
  };
  context.scopes.set(path, scope);
  return scope;
}

function followDeclaration({ from, cfgs }: Declaration, context: ScopeContext): Scope {
  const parent = scopeOf(from, context);
  const own = [...(context.declarations.get(from)?.cfgs ?? []), ...cfgs];
  const test = own.find((cfg) => impliesTest(parseCfg(cfg)));
  const all = formatConjunction([...parent.cfg, ...own].map(parseCfg));
  return { reason: test === undefined ? parent.reason : `cfg(${test})`, cfg: all === null ? [] : [all] };
}

function testFolderOf(path: string, targets: TestTargets): string | null {
  const named = targets.files.get(path);
  if (named !== undefined) return named;
  const owner = targets.packages.find((folder) => folder === '.' || path.startsWith(`${folder}/`));
  if (owner === undefined) return null;
  const inner = owner === '.' ? path : path.slice(owner.length + 1);
  const [, folder] = /^(tests|benches)\//.exec(inner) ?? [];
  return folder === undefined ? null : `${folder}/`;
}

function findTestTargets(manifests: readonly ManifestText[]): TestTargets {
  const targets: TestTargets = { packages: [], files: new Map() };
  for (const manifest of manifests) {
    const content = readManifest(manifest.text);
    const folder = dirname(manifest.path);
    if (content.package !== undefined) targets.packages.push(folder);
    for (const kind of ['test', 'bench'] as const) {
      for (const path of targetPaths(content[kind])) targets.files.set(join(folder, path), `[[${kind}]]`);
    }
  }
  if (targets.packages.length === 0) targets.packages.push('.');
  targets.packages.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return targets;
}

// A manifest that does not parse describes no targets; the resolver reports it.
function readManifest(text: string): Record<string, unknown> {
  try {
    return parseToml(text);
  } catch {
    return {};
  }
}

function targetPaths(targets: unknown): string[] {
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target: unknown) => {
    const path = typeof target === 'object' && target !== null && 'path' in target ? target.path : undefined;
    return typeof path === 'string' ? [path] : [];
  });
}

/** What declares each file a module: the declarations that lead to it. */
export function linkDeclarations({ paths, declarations }: PlaceFilesInput): Map<string, Declaration[]> {
  const known = new Set(paths);
  const links = new Map<string, Declaration[]>();
  for (const [from, { modules }] of declarations) {
    for (const module of modules) {
      const target = candidatesOf(from, module).find((path) => known.has(path));
      if (target === undefined || target === from) continue;
      const link = { from, cfgs: module.cfgs };
      const others = links.get(target);
      if (others === undefined) links.set(target, [link]);
      else others.push(link);
    }
  }
  return links;
}

// Files named `mod.rs` and crate roots own their folder; any other file owns the folder of its name. Which files are crate
// roots is not known here, so that both folders are tried for those that may be.
function candidatesOf(from: string, { name, inline, path }: ModuleDeclaration): string[] {
  const folder = dirname(from);
  const stem = basename(from, '.rs');
  const ownFolder = join(folder, stem);
  const isRoot = stem === 'mod' || stem === 'lib' || stem === 'main';
  if (path !== null)
    return inline.length === 0 ? [join(folder, path)] : [join(isRoot ? folder : ownFolder, ...inline, path)];
  const folders = isRoot ? [folder] : [ownFolder, folder];
  return folders.flatMap((base) => [
    join(base, ...inline, `${name}.rs`),
    join(base, ...inline, name, 'mod.rs'),
  ]);
}
