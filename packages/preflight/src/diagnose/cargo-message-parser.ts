import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import { type CargoMessage, CargoMessageSchema } from './cargo-message.js';
import { type MapOptions, mapDiagnostic } from './map-diagnostic.js';

/** One target cargo built or found fresh. */
export interface BuiltTarget {
  name: string;
  kind: string[];
  /** Repo-relative path of the target's root file. */
  srcPath: string;
  executable: string | null;
  isTest: boolean;
  isFresh: boolean;
}

/** What cargo's JSON messages say of one build. */
export interface CargoOutcome {
  diagnostics: CompilerDiagnostic[];
  targets: BuiltTarget[];
  /** Null when cargo ended before it built anything: a manifest or resolution failure. */
  success: boolean | null;
}

/** Gathers messages line by line as cargo prints them. */
export interface CargoMessageParser {
  push: (line: string) => void;
  outcome(): CargoOutcome;
}

/**
 * Creates a parser of the lines of `cargo ... --message-format=json`.
 *
 * Lines that are no message (test output, build script noise) are passed over. The same diagnostic from several
 * targets counts once. `row_key` is null: see `mapRowKeys`.
 */
export function createCargoMessageParser(options: MapOptions): CargoMessageParser {
  const diagnostics = new Map<string, CompilerDiagnostic>();
  const targets: BuiltTarget[] = [];
  let success: boolean | null = null;
  return {
    push(line) {
      const message = readMessage(line);
      if (message === null) return;
      if (message.reason === 'build-finished') success = message.success;
      else if (message.reason === 'compiler-artifact') targets.push(describeTarget(message, options));
      else {
        const diagnostic = mapDiagnostic(message.message, nameOfPackage(message.package_id), options);
        if (diagnostic !== null) keepOnce(diagnostics, diagnostic);
      }
    },
    outcome: () => ({ diagnostics: [...diagnostics.values()], targets, success }),
  };
}

function readMessage(line: string): CargoMessage | null {
  if (!line.startsWith('{')) return null;
  try {
    const parsed = CargoMessageSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function keepOnce(diagnostics: Map<string, CompilerDiagnostic>, diagnostic: CompilerDiagnostic): void {
  const { tool, level, code, message, spans } = diagnostic;
  const identity = JSON.stringify([tool, level, code, message, spans]);
  if (!diagnostics.has(identity)) diagnostics.set(identity, diagnostic);
}

function describeTarget(
  message: Extract<CargoMessage, { reason: 'compiler-artifact' }>,
  options: MapOptions,
): BuiltTarget {
  return {
    name: message.target.name,
    kind: message.target.kind,
    srcPath: options.relativize(message.target.src_path) ?? message.target.src_path,
    executable: message.executable,
    isTest: message.profile.test,
    isFresh: message.fresh,
  };
}

/** `path+file:///a/b#name@0.1.0`, `path+file:///a/name#0.1.0`, or the older `name 0.1.0 (path+file:///a/b)`. */
function nameOfPackage(id: string): string | null {
  const old = /^(\S+) \S+ \(/.exec(id);
  if (old?.[1] !== undefined) return old[1];
  const [url = '', fragment = ''] = id.split('#');
  const at = fragment.lastIndexOf('@');
  if (at > 0) return fragment.slice(0, at);
  if (/^[A-Za-z_]/.test(fragment)) return fragment;
  return url.split('?')[0]?.split('/').at(-1) ?? null;
}
