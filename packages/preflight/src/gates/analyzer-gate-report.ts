import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import type { Finding } from '../analyzer/pull-findings.js';
import type { ServerStatus } from '../analyzer/server-status.js';

const ERROR = 1;
/** Findings that speak of what the server could not do, not of the text. */
const SELF_REPORTS = new Set([
  'unresolved-proc-macro',
  'proc-macro-disabled',
  'macro-error',
  'inactive-code',
]);
const LOAD_TROUBLE = /sysroot|proc.?macro|failed to (load|fetch|discover|run)|cargo metadata|workspace/i;

/** True for findings that may reject a proposal. */
export function isRejecting(finding: Finding): boolean {
  return finding.severity === ERROR && !SELF_REPORTS.has(finding.code ?? '');
}

/** True for findings worth a word: those that may reject, and new files no `mod` item reaches. */
export function isReported(finding: Finding): boolean {
  return isRejecting(finding) || finding.code === 'unlinked-file';
}

/** Findings as diagnostics, each code and message once per file; row keys are left open. */
export function describeFindings(findings: readonly Finding[], isBlocking: boolean): CompilerDiagnostic[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.path}\u0000${finding.code ?? ''}\u0000${finding.message}`;
    const group = groups.get(key) ?? [];
    group.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [describeFinding(first, group.length, isBlocking)];
  });
}

/**
 * Why the state of a server forbids to trust it about these packages, null when it may be trusted.
 *
 * A warning about a package that has nothing to do with the change, such as a build script that needs a C library, is none.
 */
export function findHealthDoubt(status: ServerStatus, packages: readonly string[]): string | null {
  const message = status.message?.trim() ?? '';
  const said = message === '' ? 'without a word' : message.split('\n').slice(0, 3).join(' ');
  if (status.health === 'error') return `rust-analyzer reports an error: ${said}`;
  if (status.health === 'ok' || message === '') return null;
  const isConcerned = packages.some((name) => new RegExp(`(^|[^\\w-])${name}([^\\w-]|$)`).test(message));
  return isConcerned || LOAD_TROUBLE.test(message) ? `rust-analyzer reports trouble: ${said}` : null;
}

function describeFinding(finding: Finding, count: number, isBlocking: boolean): CompilerDiagnostic {
  const { path, code, message, line, column, start, end } = finding;
  const level = isBlocking && isRejecting(finding) ? 'error' : 'warning';
  const head = `${level}${code === null ? '' : `[${code}]`}: ${message}`;
  const more = count > 1 ? `\n  = note: ${count} times in this file` : '';
  return {
    tool: 'rust-analyzer',
    level,
    code,
    message,
    rendered: `${head}\n --> ${path}:${line}:${column}${more}`,
    package_name: null,
    spans: [{ path, start, end, line, column, is_primary: true, label: null }],
    suggestions: finding.suggestions,
    row_key: null,
  };
}
