import type { FileFacts, SkippedFile } from '@parseltongue/isg-core';
import type { PackedGraph } from '../graph/pack-graph.js';
import type { ResolveRequest } from '../graph/resolve-region.js';
import type { PackedSyntax } from '../languages/rust/pack-syntax.js';
import type { RustFileSyntax } from '../languages/rust/syntax.js';
import type { ParseRequest } from '../parse/parse-file.js';

/** What a worker is started with. */
export interface WorkerSettings {
  maxFileBytes: number;
  /** Modules of languages beside those of the package; default none. */
  languages?: readonly string[];
  /** Whether anybody resolves what is read; default true, false packs nothing for it. */
  references?: boolean;
}

/** A `ParseOutcome` as it crosses threads: rows as they are, what resolving needs as bytes, of which there are none where nobody resolves. */
export type PackedOutcome =
  | { status: 'parsed'; file: FileFacts; syntax: Omit<RustFileSyntax, 'facts'>; packed: PackedSyntax }
  | { status: 'skipped'; skipped: SkippedFile };

/** Main thread to worker; answers carry the same id. */
export type WorkerRequest =
  | { type: 'parse'; id: number; request: ParseRequest }
  | { type: 'resolve'; id: number; request: ResolveRequest };

/** Worker to main thread. The first message after start is `ready`; a region answers with a graph a file, then `resolved`. */
export type WorkerMessage =
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'parsed'; id: number; outcome: PackedOutcome }
  | { type: 'graph'; id: number; path: string; graph: PackedGraph }
  | { type: 'resolved'; id: number };
