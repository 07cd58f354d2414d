import { readFileSync } from 'node:fs';
import type { CompilerDiagnostic, Suggestion } from '@parseltongue/isg-core';

interface RustcSpan {
  file_name: string;
  byte_start: number;
  byte_end: number;
  line_start: number;
  column_start: number;
  is_primary: boolean;
  label: string | null;
  suggested_replacement: string | null;
  suggestion_applicability: Suggestion['applicability'] | null;
}
export interface RustcMessage {
  level: string;
  code: { code: string } | null;
  message: string;
  rendered: string | null;
  spans: RustcSpan[];
  children: { message: string; spans: RustcSpan[] }[];
}

/** A recorded compiler run: one source text and what the compiler said about it. */
export function readRustcCase(name: string): { source: string; diagnostics: CompilerDiagnostic[] } {
  const file = new URL(`../fixtures/rustc/${name}.json`, import.meta.url);
  const { tool, source, messages } = JSON.parse(readFileSync(file, 'utf8')) as {
    tool: CompilerDiagnostic['tool'];
    source: string;
    messages: RustcMessage[];
  };
  return { source, diagnostics: messages.map((message) => toDiagnostic(message, tool)) };
}

export function toDiagnostic(message: RustcMessage, tool: CompilerDiagnostic['tool']): CompilerDiagnostic {
  return {
    tool: message.code?.code.startsWith('clippy::') === true ? 'clippy' : tool,
    level: message.level === 'error' ? 'error' : 'warning',
    code: message.code?.code ?? null,
    message: message.message,
    rendered: message.rendered ?? message.message,
    package_name: 'tiny',
    spans: message.spans.map((span) => ({
      path: span.file_name,
      start: span.byte_start,
      end: span.byte_end,
      line: span.line_start,
      column: span.column_start,
      is_primary: span.is_primary,
      label: span.label,
    })),
    suggestions: message.children.flatMap(toSuggestion),
    row_key: null,
  };
}

function toSuggestion(child: RustcMessage['children'][number]): Suggestion[] {
  const spans = child.spans.filter((span) => span.suggested_replacement !== null);
  if (spans.length === 0) return [];
  return [
    {
      message: child.message,
      applicability: spans[0]?.suggestion_applicability ?? 'Unspecified',
      replacements: spans.map((span) => ({
        path: span.file_name,
        start: span.byte_start,
        end: span.byte_end,
        replacement: span.suggested_replacement ?? '',
      })),
    },
  ];
}
