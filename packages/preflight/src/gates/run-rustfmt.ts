import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import { PreflightError } from '../errors.js';
import type { CommandSession } from '../process/cargo-session.js';

export interface ParseWithRustfmtInput {
  path: string;
  text: string;
  edition: string;
  /** See {@link writeNeutralSettings}. */
  settings: string;
  signal?: AbortSignal;
}

const RUSTFMT_TIMEOUT_MS = 20_000;

/**
 * Asks rustfmt, which has the compiler's own parser, whether a text is Rust; null when it cannot answer.
 *
 * Only syntax errors are reported, never style; the repository's rustfmt settings play no part.
 */
export async function parseWithRustfmt(
  session: CommandSession,
  input: ParseWithRustfmtInput,
): Promise<CompilerDiagnostic[] | null> {
  const argv = [
    'rustfmt',
    '--edition',
    input.edition,
    '--config-path',
    input.settings,
    '--emit',
    'stdout',
  ] as const;
  try {
    const result = await session.run([...argv], {
      timeoutMs: RUSTFMT_TIMEOUT_MS,
      stdin: input.text,
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
    if (result.timedOut || result.exit === null) return null;
    if (result.exit === 0) return [];
    const errors = readErrors(result.stderr, input);
    return errors.length === 0 ? null : errors;
  } catch (error) {
    if (PreflightError.isInstance(error) && error.code === 'PT_PREFLIGHT_TOOL_MISSING') return null;
    throw error;
  }
}

/** Writes settings that set nothing, so that the repository's own, which may need a nightly rustfmt, play no part. */
export async function writeNeutralSettings(homeDir: string): Promise<string> {
  const path = join(homeDir, 'rustfmt.toml');
  await writeFile(path, '');
  return path;
}

function readErrors(stderr: string, input: ParseWithRustfmtInput): CompilerDiagnostic[] {
  return stderr.split(/\n(?=error)/).flatMap((part) => {
    const head = /^error(?:\[(E\d+)\])?: (.*)/.exec(part);
    const place = /--> <stdin>:(\d+):(\d+)/.exec(part);
    if (head === null || place === null) return [];
    return [
      toDiagnostic(
        {
          code: head[1] ?? null,
          message: head[2] ?? '',
          rendered: part,
          line: Number(place[1]),
          column: Number(place[2]),
        },
        input,
      ),
    ];
  });
}

interface ReadError {
  code: string | null;
  message: string;
  rendered: string;
  line: number;
  column: number;
}

function toDiagnostic(error: ReadError, input: ParseWithRustfmtInput): CompilerDiagnostic {
  const lines = input.text.split('\n');
  const before = lines.slice(0, error.line - 1).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const start =
    before +
    Buffer.byteLength(
      Array.from(lines[error.line - 1] ?? '')
        .slice(0, error.column - 1)
        .join(''),
    );
  const { path } = input;
  return {
    tool: 'rustfmt',
    level: 'error',
    code: error.code,
    message: error.message,
    rendered: error.rendered.replaceAll('<stdin>', path).trim(),
    package_name: null,
    spans: [
      { path, start, end: start, line: error.line, column: error.column, is_primary: true, label: null },
    ],
    suggestions: [],
    row_key: null,
  };
}
