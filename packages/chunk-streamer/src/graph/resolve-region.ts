import type { RustFacts } from '../languages/rust/facts.js';
import { type PackedSyntax, unpackSyntax } from '../languages/rust/pack-syntax.js';
import type { ManifestText } from '../languages/rust/place-files.js';
import { openProgram } from '../languages/rust/resolve/index.js';
import type { NameTable } from '../languages/rust/share-names.js';
import { type PackedGraph, packGraph } from './pack-graph.js';

/** A region to resolve: everything in it, and the files of it that are wanted. */
export interface ResolveRequest {
  files: readonly PackedSyntax[];
  manifests: readonly ManifestText[];
  wanted: readonly string[];
}

/** Resolves files of a region one by one, in the order wanted. */
export function* resolveRegion(
  { files, manifests, wanted }: ResolveRequest,
  standardLibrary: RustFacts,
): Generator<{ path: string; graph: PackedGraph }> {
  const names: NameTable = new Map();
  const program = openProgram({
    files: files.map((packed) => unpackSyntax(packed, names)),
    manifests,
    standardLibrary,
    withProblems: false,
  });
  for (const path of wanted) yield { path, graph: packGraph(program.resolveFile(path)) };
}
