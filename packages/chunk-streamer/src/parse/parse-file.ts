import { hash } from 'node:crypto';
import { type FileFacts, utf8Length } from '@parseltongue/isg-core';
import { readSource, type SourceText } from './read-source.js';
import type { SourceParser } from './source-parser.js';
import type { ParseOutcome, ParseRequest, WorkerSettings } from './worker-protocol.js';

/** Reads and parses one file; every failure but a defect of the parser itself is an outcome. */
export function parseFile(
  parser: SourceParser,
  request: ParseRequest,
  settings: WorkerSettings,
): ParseOutcome {
  const { path } = request;
  const read =
    request.text === null
      ? readSource(request.file, path, settings.maxFileBytes)
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
