import {
  type Applicability,
  ApplicabilitySchema,
  type Suggestion,
  type TextReplacement,
} from '@parseltongue/isg-core';
import type { RustcDiagnostic, RustcSpan } from './cargo-message.js';

/**
 * The suggestions of a diagnostic, each an alternative whose replacements belong together.
 *
 * rustc lists the alternatives of one help flat, one after the other: a span that overlaps one already seen starts the
 * next alternative. A suggestion that touches macro-made code or a file outside the repository is left out.
 */
export function mapSuggestions(
  diagnostic: RustcDiagnostic,
  relativize: (path: string) => string | null,
): Suggestion[] {
  return [diagnostic, ...diagnostic.children].flatMap((part) => {
    const spans = part.spans.filter((span) => span.suggested_replacement !== null);
    if (spans.some((span) => span.expansion !== null)) return [];
    const replacements = spans.map((span) => mapReplacement(span, relativize));
    if (replacements.includes(null)) return [];
    const parts = replacements.filter((replacement) => replacement !== null);
    const applicability = readApplicability(spans[0]);
    return splitAlternatives(parts).map((group) => ({
      message: part.message,
      applicability,
      replacements: group,
    }));
  });
}

function mapReplacement(
  span: RustcSpan,
  relativize: (path: string) => string | null,
): TextReplacement | null {
  const path = relativize(span.file_name);
  if (path === null) return null;
  return { path, start: span.byte_start, end: span.byte_end, replacement: span.suggested_replacement ?? '' };
}

function splitAlternatives(parts: readonly TextReplacement[]): TextReplacement[][] {
  const groups: TextReplacement[][] = [];
  let group: TextReplacement[] = [];
  for (const part of parts) {
    if (group.some((other) => isSamePlace(other, part))) {
      groups.push(group);
      group = [];
    }
    group.push(part);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function isSamePlace(a: TextReplacement, b: TextReplacement): boolean {
  if (a.path !== b.path) return false;
  const isOverlap = a.start < b.end && b.start < a.end;
  return isOverlap || (a.start === b.start && a.end === b.end);
}

function readApplicability(span: RustcSpan | undefined): Applicability {
  const parsed = ApplicabilitySchema.safeParse(span?.suggestion_applicability);
  return parsed.success ? parsed.data : 'Unspecified';
}
