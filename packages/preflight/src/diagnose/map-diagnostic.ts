import { isAbsolute, join, normalize, relative } from 'node:path';
import { type CompilerDiagnostic, isInsidePath } from '@parseltongue/isg-core';
import type { RustcDiagnostic, RustcSpan } from './cargo-message.js';
import { mapSuggestions } from './map-suggestions.js';

/** How paths of the shadow become paths of the repository. */
export interface MapOptions {
  /** A repo-relative path for one of the compiler's, null for a file outside the repository. */
  relativize: (path: string) => string | null;
  /** Takes the shadow's paths out of a text. */
  translate: (text: string) => string;
}

/** Maps what a compiler calls a file to a repo-relative path; `root` is where it ran. */
export function createRelativizer(root: string): (path: string) => string | null {
  return (path) => {
    const way = isAbsolute(path) ? relative(root, path) : relative(root, join(root, normalize(path)));
    const portable = way.replaceAll('\\', '/');
    return isInsidePath(portable) && !portable.startsWith('<') ? portable : null;
  };
}

const LEVELS: Readonly<Record<string, CompilerDiagnostic['level']>> = {
  error: 'error',
  'error: internal compiler error': 'error',
  warning: 'warning',
  note: 'note',
  help: 'help',
};
const SUMMARY =
  /^(aborting due to|\d+ warnings? emitted|Some errors have detailed|For more information about)/;

/**
 * Maps one rustc or clippy diagnostic; null for the closing summaries of a compilation.
 *
 * Spans are repo-relative bytes; code a macro of another crate made is shown at the place of the call.
 */
export function mapDiagnostic(
  source: RustcDiagnostic,
  packageName: string | null,
  options: MapOptions,
): CompilerDiagnostic | null {
  const level = LEVELS[source.level];
  if (level === undefined || (source.spans.length === 0 && SUMMARY.test(source.message))) return null;
  const code = source.code?.code ?? null;
  return {
    tool: code?.startsWith('clippy::') === true ? 'clippy' : 'rustc',
    level,
    code,
    message: options.translate(source.message),
    rendered: options.translate(source.rendered ?? source.message),
    package_name: packageName,
    spans: mapSpans(source.spans, options),
    suggestions: mapSuggestions(source, options.relativize),
    row_key: null,
  };
}

type MappedSpan = CompilerDiagnostic['spans'][number];

function mapSpans(spans: readonly RustcSpan[], options: MapOptions): MappedSpan[] {
  const mapped = new Map<string, MappedSpan>();
  for (const span of spans) {
    for (const { place, isCall } of listPlaces(span, options)) {
      const path = options.relativize(place.file_name);
      if (path === null) continue;
      const key = `${path}:${place.byte_start}:${place.byte_end}`;
      const isPrimary = span.is_primary && !isCall;
      const known = mapped.get(key);
      if (known !== undefined) known.is_primary ||= isPrimary;
      else mapped.set(key, toSpan(place, { path, isPrimary, label: isCall ? null : span.label }));
    }
  }
  return [...mapped.values()].sort((a, b) => Number(b.is_primary) - Number(a.is_primary));
}

/** The span itself when it lies in the repository, and the outermost macro call that led to it. */
function listPlaces(span: RustcSpan, options: MapOptions): { place: RustcSpan; isCall: boolean }[] {
  const isOwn = options.relativize(span.file_name) !== null;
  const call = span.expansion?.span;
  if (call === undefined) return isOwn ? [{ place: span, isCall: false }] : [];
  const outer = listPlaces(call, options).map(({ place }) => ({ place, isCall: isOwn }));
  return isOwn ? [{ place: span, isCall: false }, ...outer] : outer;
}

function toSpan(
  span: RustcSpan,
  place: { path: string; isPrimary: boolean; label: string | null },
): MappedSpan {
  return {
    path: place.path,
    start: span.byte_start,
    end: span.byte_end,
    line: Math.max(1, span.line_start),
    column: Math.max(1, span.column_start),
    is_primary: place.isPrimary,
    label: place.label,
  };
}
