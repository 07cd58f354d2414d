import { hash } from 'node:crypto';
import type { Edge, ReferenceCounts } from '@parseltongue/isg-core';
import type { ManifestText } from '../languages/rust/place-files.js';
import { openProgram, type ResolvedProgram } from '../languages/rust/resolve/index.js';
import type { ResolvableSyntax } from '../languages/rust/syntax.js';

/** What one file refers to. */
export interface FileGraph {
  edges: Edge[];
  references: ReferenceCounts[];
}

/** What changed since the last time. */
export interface GraphChange {
  /** Every file of the repository, in path order. */
  files: ReadonlyMap<string, ResolvableSyntax>;
  manifests: readonly ManifestText[];
  /** Files that were read anew. */
  changed: ReadonlySet<string>;
  /** False when only bodies of functions in `changed` differ. */
  isStructural: boolean;
}

// Replaced bodies leave answers about what is gone behind; a new program forgets them.
const MAX_REPLACEMENTS = 500;

/** The resolved program of a repository, kept in step with its files. */
export class GraphCache {
  #program: ResolvedProgram | undefined;
  #replacements = 0;

  /** Takes a change in; the files whose references must be read again, in path order. */
  update(change: GraphChange): string[] {
    const { files, changed } = change;
    if (!change.isStructural && this.#program !== undefined && this.#replaceBodies(change)) {
      return [...files.keys()].filter((path) => changed.has(path));
    }
    this.#program = openProgram({ files: [...files.values()], manifests: change.manifests });
    this.#replacements = 0;
    return [...files.keys()];
  }

  /** @throws never; a file that is not in the program refers to nothing */
  resolve(path: string): FileGraph {
    const found = this.#program?.resolveFile(path);
    return { edges: found?.edges ?? [], references: found?.references ?? [] };
  }

  #replaceBodies({ files, changed }: GraphChange): boolean {
    this.#replacements += changed.size;
    if (this.#replacements > MAX_REPLACEMENTS) return false;
    return [...changed].every((path) => {
      const syntax = files.get(path);
      return syntax !== undefined && this.#program?.replaceBodies(syntax) === true;
    });
  }
}

/** Equal for files that refer to the same rows at the same places. */
export function hashGraph(graph: FileGraph): string {
  return hash('sha1', JSON.stringify([graph.edges, graph.references]), 'hex');
}
