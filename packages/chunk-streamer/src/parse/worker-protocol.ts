import type { FileFacts, SkippedFile } from '@parseltongue/isg-core';
import type { PackedGraph } from '../graph/pack-graph.js';
import type { ResolveRequest } from '../graph/resolve-region.js';
import type { FilePlace } from '../languages/define-language.js';
import type { PackedSyntax } from '../languages/rust/pack-syntax.js';
import type { RustFileSyntax } from '../languages/rust/syntax.js';

/** What a worker is started with. */
export interface WorkerSettings {
  maxFileBytes: number;
  /** Modules of languages beside those of the package; default none. */
  languages?: readonly string[];
}

/** One file to read and parse, or to parse from the text given. */
export interface ParseRequest {
  path: string;
  /** Where the file is on disk; not read when `text` is given. */
  file: string;
  text: string | null;
  place: FilePlace;
}

/** What became of one file: parsed, or skipped with a reason. */
export type ParseOutcome =
  | { status: 'parsed'; file: FileFacts; syntax: RustFileSyntax }
  | { status: 'skipped'; skipped: SkippedFile };

/** The same as it crosses threads: rows as they are, what resolving needs as bytes. */
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
