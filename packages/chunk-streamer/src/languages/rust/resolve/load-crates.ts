import { DefFlag, type RustFacts } from '../facts.js';
import { entryAt } from '../indexed.js';
import { CfgEvaluator, isBuilt } from './cfg-worlds.js';
import { type FileInput, loadFile, ROOT_MASK } from './load-file.js';
import {
  type CargoPackage,
  type CargoTarget,
  directoryOf,
  joinPath,
  type ManifestText,
  readPackages,
} from './manifest.js';
import type { Crate, Definition, External, Scope, SourceFile } from './model.js';
import type { Program } from './program.js';

export interface RepositoryInput {
  files: readonly FileInput[];
  manifests: readonly ManifestText[];
  /** What `parseStandardLibrary` gave; read anew when absent. */
  standardLibrary?: RustFacts;
  /** False leaves problems out, which takes a tenth of the time; default true. */
  withProblems?: boolean;
}

const TARGET_ORDER = ['lib', 'bin', 'build', 'example', 'test', 'bench'] as const;

/** Builds crates and module trees. A file two crates declare belongs to the first: libraries come first. */
export function loadCrates(program: Program, { files, manifests }: RepositoryInput): void {
  const inputs = new Map(files.map((file) => [file.path, file]));
  const packages = readPackages(manifests, new Set(inputs.keys()));
  const loader = new CrateLoader(program, inputs);
  const crates = packages.map((entry) => loader.addPackage(entry));
  connect(packages, crates, program);
  loader.loadModules();
  loader.addLeftovers();
}

interface PackageCrates {
  lib: Crate | undefined;
  all: Crate[];
}

class CrateLoader {
  private readonly program: Program;
  private readonly inputs: Map<string, FileInput>;
  private readonly macros: ReadonlyMap<string, readonly string[]>;
  private readonly pending: { crate: Crate; root: string }[] = [];

  constructor(program: Program, inputs: Map<string, FileInput>) {
    this.program = program;
    this.inputs = inputs;
    this.macros = collectWrappers(inputs);
  }

  addPackage(entry: CargoPackage): PackageCrates {
    const cfg = new CfgEvaluator({ defaults: entry.defaultFeatures, macros: this.macros });
    const crates: PackageCrates = { lib: undefined, all: [] };
    for (const kind of TARGET_ORDER) {
      for (const target of entry.targets.filter((candidate) => candidate.kind === kind)) {
        const crate = createCrate(target, entry.edition, cfg);
        if (kind === 'lib') crates.lib = crate;
        crates.all.push(crate);
        this.pending.push({ crate, root: target.root });
        this.program.crates.push(crate);
      }
    }
    return crates;
  }

  /** Loads libraries of all packages first: what they share with binaries and tests belongs to them. */
  loadModules(): void {
    const byKind = [...this.pending].sort(
      (a, b) => TARGET_ORDER.indexOf(kindOf(a.crate)) - TARGET_ORDER.indexOf(kindOf(b.crate)),
    );
    for (const { crate, root } of byKind) this.loadRoot(crate, root);
  }

  /** Files no crate declares: roots by name first, then every other one as a crate of its own. */
  addLeftovers(): void {
    const isLeft = (path: string): boolean => !this.program.files.has(path);
    const byName = [...this.inputs.keys()].filter(
      (path) => isLeft(path) && /(?:^|\/)(?:lib|main)\.rs$/.test(path),
    );
    for (const path of byName) this.addLoneCrate(path);
    for (const path of [...this.inputs.keys()].filter(isLeft)) {
      this.addLoneCrate(path);
      this.program.orphans.push(this.program.files.get(path)!);
    }
  }

  private addLoneCrate(path: string): void {
    if (this.program.files.has(path)) return;
    const cfg = new CfgEvaluator({ defaults: new Set(), macros: this.macros });
    const crate = createCrate({ kind: 'lib', name: 'crate', root: path }, 2021, cfg);
    crate.kind = 'orphan';
    crate.isLenient = true;
    addStandardNames(crate, this.program);
    this.program.crates.push(crate);
    this.loadRoot(crate, path);
  }

  private loadRoot(crate: Crate, root: string): void {
    const input = this.inputs.get(root);
    const known = this.program.files.get(root);
    if (known !== undefined) {
      crate.root = entryAt(known.scopes, 0);
      return;
    }
    if (input === undefined) return;
    const file = loadFile({
      program: this.program,
      crate,
      input,
      parent: undefined,
      modulePath: 'crate',
      mask: ROOT_MASK,
    });
    crate.root = entryAt(file.scopes, 0);
    this.loadChildren(file, { dir: directoryOf(root), ownDir: directoryOf(root) });
  }

  private loadChildren(file: SourceFile, place: FilePlace): void {
    for (const def of file.defs) {
      if (def.kind === 'module' && def.inner === undefined) this.loadModule(file, def, place);
    }
  }

  private loadModule(file: SourceFile, def: Definition, place: FilePlace): void {
    const candidates = candidatePaths(file, def, place);
    for (const { path, dir } of candidates) {
      const known = this.program.files.get(path);
      if (known !== undefined) {
        def.inner = known.scopes[0];
        if (known.crate !== file.crate) entryAt(known.scopes, 0).isShared = true;
        return;
      }
      const input = this.inputs.get(path);
      if (input === undefined) continue;
      this.loadModuleFile({ parent: def.scope, def, input, dir });
      return;
    }
    const isConditional = (def.fact.paths?.length ?? 0) > 0 || (def.fact.flags & DefFlag.inMacro) !== 0;
    this.program.missingFiles.push({
      file,
      fact: def.fact,
      candidates: candidates.map((candidate) => candidate.path),
      certain: !isConditional && isBuilt(def.mask) && file.crate.kind !== 'orphan',
    });
  }

  private loadModuleFile(module: { parent: Scope; def: Definition; input: FileInput; dir: string }): void {
    const { parent, def, input, dir } = module;
    const loaded = loadFile({
      program: this.program,
      crate: parent.crate,
      input,
      parent: parent.module,
      modulePath: `${parent.module.path}::${def.name}`,
      mask: def.mask,
    });
    def.inner = loaded.scopes[0];
    entryAt(loaded.scopes, 0).def = def;
    this.loadChildren(loaded, { dir, ownDir: directoryOf(input.path) });
  }
}

/** Configuration macros of the repository by name; a name with two meanings has none. */
function collectWrappers(inputs: ReadonlyMap<string, FileInput>): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { facts } of inputs.values()) {
    for (const { kind, name, wraps = [] } of facts.defs) {
      if (kind !== 'macro') continue;
      const known = found.get(name);
      found.set(name, known === undefined || known.join() === wraps.join() ? wraps : []);
    }
  }
  return found;
}

/** Where modules declared in a file are looked for. */
interface FilePlace {
  /** Directory of child modules. */
  dir: string;
  /** Directory of the file itself. */
  ownDir: string;
}

interface ModuleCandidate {
  path: string;
  /** Directory of the modules declared in that file. */
  dir: string;
}

function candidatePaths(file: SourceFile, def: Definition, place: FilePlace): ModuleCandidate[] {
  const inline = inlineModulesAround(file, def);
  const candidates: ModuleCandidate[] = [];
  const add = (base: string, relative: string, dir?: string): void => {
    const path = joinPath(base, relative);
    if (path !== undefined) candidates.push({ path, dir: dir ?? directoryOf(path) });
  };
  for (const explicit of def.fact.paths ?? []) {
    add(inline.length === 0 ? place.ownDir : [place.dir, ...inline].filter(Boolean).join('/'), explicit);
  }
  const base = [place.dir, ...inline].filter((part) => part !== '').join('/');
  const own = base === '' ? def.name : `${base}/${def.name}`;
  add(base, `${def.name}.rs`, own);
  add(base, `${def.name}/mod.rs`, own);
  return candidates;
}

/** Names of the inline modules between the file and the declaration, outermost first. */
function inlineModulesAround(file: SourceFile, def: Definition): string[] {
  const names: string[] = [];
  for (
    let scope: Scope | undefined = def.scope.module;
    scope !== undefined && scope !== file.scopes[0];
    scope = scope.parent
  ) {
    names.unshift(scope.def?.name ?? '');
  }
  return names;
}

function kindOf(crate: Crate): (typeof TARGET_ORDER)[number] {
  return crate.kind === 'orphan' || crate.kind === 'std' ? 'lib' : crate.kind;
}

function createCrate(target: CargoTarget, edition: number, cfg: CfgEvaluator): Crate {
  return {
    name: target.name,
    kind: target.kind,
    edition,
    root: undefined as unknown as Scope,
    dependencies: new Map<string, Crate | External>(),
    cfg,
    macros: new Map(),
    isLenient: false,
  };
}

/** Gives every crate the names of the others it may use. */
function connect(
  packages: readonly CargoPackage[],
  crates: readonly PackageCrates[],
  program: Program,
): void {
  packages.forEach((entry, index) => {
    const own = entryAt(crates, index);
    for (const crate of own.all) {
      for (const dependency of entry.dependencies) {
        const target = packages.findIndex((candidate) => isDependency(dependency, candidate));
        const lib = crates[target]?.lib;
        // a renamed dependency has the new name, any other the name of the library target
        const name =
          dependency.packageName.replaceAll('-', '_') === dependency.name
            ? (lib?.name ?? dependency.name)
            : dependency.name;
        crate.dependencies.set(
          name,
          lib ?? { tag: 'external', crate: dependency.packageName.replaceAll('-', '_'), path: [] },
        );
      }
      if (own.lib !== undefined && crate !== own.lib && crate.kind !== 'build')
        crate.dependencies.set(own.lib.name, own.lib);
      addStandardNames(crate, program);
    }
  });
}

function addStandardNames(crate: Crate, program: Program): void {
  for (const name of ['std', 'core', 'alloc']) crate.dependencies.set(name, program.std);
  for (const name of ['proc_macro', 'test']) {
    if (!crate.dependencies.has(name))
      crate.dependencies.set(name, { tag: 'external', crate: name, path: [] });
  }
}

function isDependency(
  dependency: { dir: string | null; packageName: string },
  candidate: CargoPackage,
): boolean {
  return (
    dependency.dir !== null && dependency.dir === candidate.dir && candidate.name === dependency.packageName
  );
}
