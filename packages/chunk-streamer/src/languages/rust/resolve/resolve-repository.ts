import type { Edge, ReferenceCounts } from '@parseltongue/isg-core';
import type { RustFacts } from '../facts.js';
import { entryAt } from '../indexed.js';
import { CfgEvaluator } from './cfg-worlds.js';
import { EdgeRecorder } from './edge-recorder.js';
import type { GraphProblem } from './graph-problem.js';
import { ImplIndex } from './impl-index.js';
import { recordImports, reportImportedTwice } from './import-edges.js';
import { inferBody } from './infer/infer-body.js';
import { recordItemMacros } from './item-macros.js';
import { reportDuplicates, reportModules, reportTestParameters } from './item-problems.js';
import { loadCrates, type RepositoryInput } from './load-crates.js';
import { type FileInput, loadFile, ROOT_MASK } from './load-file.js';
import { Lowering } from './lowering.js';
import { MacroNames } from './macro-names.js';
import { MacroWords } from './macro-words.js';
import { MethodLookup } from './method-lookup.js';
import { MethodProblems } from './method-problems.js';
import type { Crate, Scope, SourceFile } from './model.js';
import { Names } from './names.js';
import { ProblemCollector } from './problem-collector.js';
import { Program } from './program.js';
import { replaceBodies } from './replace-bodies.js';
import { Selector } from './selection.js';
import { recordSignature } from './signature-edges.js';
import { Signatures } from './signatures.js';
import { StandardLibrary } from './standard-library.js';
import { parseStandardLibrary } from './std/parse-standard-library.js';
import type { Tools } from './tools.js';
import { reportTraitItems } from './trait-item-problems.js';
import { TraitScope } from './trait-scope.js';
import { TypeReferences } from './type-references.js';
import { Unifier } from './unify.js';

/** What the typed tier finds in one repository. */
export interface ResolveResult {
  /** By `from`, `to`, kind. */
  edges: Edge[];
  /** By key. */
  references: ReferenceCounts[];
  /** By path and place. */
  problems: GraphProblem[];
}

/** A loaded repository that answers file by file, in any order and as often as asked. */
export interface ResolvedProgram {
  /** What one file refers to: edges and counts of its own rows, problems at its places. Nothing for an unknown path. */
  resolveFile(path: string): ResolveResult;
  /** Problems of the module tree itself: declared files that are not there, files nobody declares. */
  findModuleProblems(): GraphProblem[];
  /** Takes new bodies of one file in place; false when that needs a new program. See `replaceBodies`. */
  replaceBodies(input: FileInput): boolean;
}

/**
 * Resolves the references of a whole repository from syntax alone.
 *
 * An edge is made only when modules, imports, impls and types lead to one definition; a receiver of unknown or
 * foreign type is counted, never bound by its name. Equal input gives equal output.
 */
export function resolveRepository(input: RepositoryInput): ResolveResult {
  const { program, tools } = loadProgram(input);
  const order = input.files.flatMap(({ path }) => program.files.get(path) ?? []);
  for (const file of order) resolveFile({ program, tools }, file);
  reportModules(program, tools);
  return finish(tools);
}

/** Loads a repository whose files are then resolved one by one. */
export function openProgram(input: RepositoryInput): ResolvedProgram {
  const loaded = loadProgram(input);
  const { program, tools } = loaded;
  return {
    resolveFile(path) {
      const file = program.files.get(path);
      tools.recorder.clear();
      tools.problems.clear();
      if (file !== undefined) resolveFile(loaded, file);
      return finish(tools);
    },
    findModuleProblems() {
      tools.problems.clear();
      reportModules(program, tools);
      return tools.problems.finish();
    },
    replaceBodies: (file) => replaceBodies(program, file),
  };
}

interface LoadedProgram {
  program: Program;
  tools: Tools;
}

function loadProgram(input: RepositoryInput): LoadedProgram {
  const program = new Program();
  program.std = loadStandardLibrary(program, input.standardLibrary ?? parseStandardLibrary());
  loadCrates(program, input);
  return { program, tools: createTools(program, new ProblemCollector(input.withProblems ?? true)) };
}

function finish({ recorder, problems }: Tools): ResolveResult {
  return {
    edges: recorder.finishEdges(),
    references: recorder.finishCounts(),
    problems: problems.finish(),
  };
}

function resolveFile({ program, tools }: LoadedProgram, file: SourceFile): void {
  recordImports(tools, file);
  for (const def of file.defs) {
    recordSignature(tools, def);
    inferBody(tools, def);
  }
  recordItemMacros(program, tools, file);
  if (tools.problems.isWanted) judgeItems(tools, file);
}

function judgeItems(tools: Tools, file: SourceFile): void {
  for (const def of file.defs) {
    if (def.kind === 'impl') reportTraitItems(tools, def);
    if (def.kind === 'function') reportTestParameters(tools, def);
  }
  reportDuplicates(tools, file);
  reportImportedTwice(tools, file);
}

function loadStandardLibrary(program: Program, facts: RustFacts): Crate {
  const crate: Crate = {
    name: 'std',
    kind: 'std',
    edition: 2021,
    root: undefined as unknown as Scope,
    dependencies: new Map(),
    cfg: new CfgEvaluator({ defaults: new Set(), macros: new Map() }),
    macros: new Map(),
    isLenient: false,
  };
  const input = { path: '', items: [], facts };
  const file = loadFile({ program, crate, input, parent: undefined, modulePath: 'std', mask: ROOT_MASK });
  program.files.delete('');
  crate.root = entryAt(file.scopes, 0);
  return crate;
}

function createTools(program: Program, problems: ProblemCollector): Tools {
  const names = new Names(program);
  const std = new StandardLibrary(program.std, names);
  const lowering = new Lowering(names, std);
  const signatures = new Signatures(lowering);
  const index = new ImplIndex(program, signatures);
  const unifier = new Unifier();
  const selector = new Selector(signatures, index, unifier);
  const methods = new MethodLookup(selector, new TraitScope(names, std));
  const recorder = new EdgeRecorder();
  const macros = new MacroNames(names);
  const macroWords = new MacroWords(program, macros);
  const derefs = new Set(std.deref === undefined ? [] : (index.byTrait.get(std.deref)?.byHead.keys() ?? []));
  return {
    names,
    std,
    lowering,
    signatures,
    selector,
    methods,
    unifier,
    macros,
    macroWords,
    typeReferences: new TypeReferences(lowering, recorder, { names, macroWords, problems }),
    recorder,
    problems,
    methodProblems: new MethodProblems({ names, index, problems, derefs, macroWords }),
  };
}
