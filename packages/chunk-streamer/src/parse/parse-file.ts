import { hash } from 'node:crypto';
import { type FileFacts, type SkippedFile, utf8Length } from '@parseltongue/isg-core';
import type { FilePlace } from '../languages/define-language.js';
import type { RustFileSyntax } from '../languages/rust/syntax.js';
import { readSource, type SourceText } from './read-source.js';
import type { SourceParser } from './source-parser.js';

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

/** Reads and parses one file; every failure but a defect of the parser itself is an outcome. */
export function parseFile(
  parser: SourceParser,
  request: ParseRequest,
  { maxFileBytes }: { maxFileBytes: number },
): ParseOutcome {
  const { path } = request;
  const read =
    request.text === null
      ? readSource(request.file, path, maxFileBytes)
      : ({ status: 'read', source: toSource(request.text) } as const);
  if (read.status === 'skipped') return read;
  const { source } = read;
  const syntax = parser.parse({ path, text: source.text, place: request.place });
  if (syntax === undefined)
    return { status: 'skipped', skipped: { path, reason: 'unreadable', detail: 'no language reads it' } };
  return { status: 'parsed', file: toFacts(request, source, parser.languageOf(path)), syntax };
}

function toSource(text: string): SourceText {
  return { text, hash: hash('sha256', text, 'hex'), sizeBytes: utf8Length(text), mtimeMs: 0 };
}

function toFacts({ path, place }: ParseRequest, source: SourceText, language: string): FileFacts {
  return {
    path,
    hash: source.hash,
    size_bytes: source.sizeBytes,
    mtime_ms: source.mtimeMs,
    line_count: countLines(source.text),
    language,
    crate: place.crate,
    module_path: place.module_path,
  };
}

// Line breaks, plus one for a last line without one.
function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return text === '' || text.endsWith('\n') ? count : count + 1;
}
