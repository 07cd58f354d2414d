import type { Edge } from '@parseltongue/isg-core';
import { pathOfKey } from '@parseltongue/isg-core';
import { EditedProgram } from '../graph/edited-program.js';
import type { GraphProblem, ResolveResult } from '../languages/rust/resolve/index.js';
import type { ResolvableSyntax } from '../languages/rust/syntax.js';
import type { DiskTree } from './tree-reader.js';

/** The resolved repository as it is on disk, which can be asked what other bodies would change. */
export class WarmProgram {
  readonly tree: DiskTree;
  /** Problems of the repository as it is, by path. */
  readonly problems: ReadonlyMap<string, readonly GraphProblem[]>;
  /** Edges between files, by the path they lead to. */
  readonly #inbound = new Map<string, Edge[]>();
  #edited: EditedProgram | undefined;

  constructor(tree: DiskTree) {
    this.tree = tree;
    const { program } = this.#open();
    const problems = new Map<string, GraphProblem[]>();
    for (const path of tree.files.keys()) {
      const found = program.resolveFile(path);
      if (found.problems.length > 0) problems.set(path, found.problems);
      for (const edge of found.edges) this.#keepInbound(edge);
    }
    for (const problem of program.findModuleProblems()) {
      const known = problems.get(problem.path);
      if (known === undefined) problems.set(problem.path, [problem]);
      else known.push(problem);
    }
    this.problems = problems;
  }

  /** What files with other bodies refer to, and what refers to them; null when more than bodies differs. */
  resolveBodies(files: ReadonlyMap<string, ResolvableSyntax>): ResolveResult | null {
    if (![...files.values()].every((syntax) => this.#hasOtherBodiesOnly(syntax))) return null;
    const edited = this.#edited === undefined || this.#edited.isWornOut ? this.#open() : this.#edited;
    // bodies of earlier questions may stay: what a file refers to does not depend on the bodies of others
    if (!edited.replaceBodies(files.values())) {
      this.#edited = undefined;
      return null;
    }
    const results = [...files.keys()].map((path) => edited.program.resolveFile(path));
    const unchanged = [...files.keys()].flatMap((path) => this.#inbound.get(path) ?? []);
    const inbound = unchanged.filter((edge) => !files.has(pathOfKey(edge.from)));
    return {
      edges: [...results.flatMap((result) => result.edges), ...inbound].sort(compareEdges),
      references: results.flatMap((result) => result.references),
      problems: results.flatMap((result) => result.problems),
    };
  }

  #open(): EditedProgram {
    const { files, survey } = this.tree;
    this.#edited = new EditedProgram({ files: [...files.values()], manifests: survey.manifests });
    return this.#edited;
  }

  #keepInbound(edge: Edge): void {
    const path = pathOfKey(edge.to);
    if (path === pathOfKey(edge.from)) return;
    const known = this.#inbound.get(path);
    if (known === undefined) this.#inbound.set(path, [edge]);
    else known.push(edge);
  }

  #hasOtherBodiesOnly({ path, interfaceHash, facts }: ResolvableSyntax): boolean {
    const known = this.tree.files.get(path);
    return (
      known?.interfaceHash === interfaceHash &&
      known.facts.macroCalls.length === facts.macroCalls.length &&
      known.facts.macroWords.join() === facts.macroWords.join()
    );
  }
}

function compareEdges(a: Edge, b: Edge): number {
  return compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.kind, b.kind);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
