import {
  type Chunk,
  type CompilerDiagnostic,
  diffRows,
  type FileChange,
  type FutureRow,
  pathOfKey,
  type SyntaxDiagnostic,
} from '@parseltongue/isg-core';
import { findInnermostRow } from '../diagnose/map-row-keys.js';
import { tokenizeRust } from '../names/tokenize-rust.js';
import type { CommandSession } from '../process/cargo-session.js';
import type { GateOutcome } from '../receipt.js';
import { editionOf } from '../shadow/read-layout.js';
import { subtractDiagnostics } from './build-tree.js';
import { type GateContext, signalOf } from './gate-context.js';
import { readTreeText } from './read-texts.js';
import { type ParseWithRustfmtInput, parseWithRustfmt, writeNeutralSettings } from './run-rustfmt.js';

/**
 * T0: every changed file is Rust, and changed exactly where the proposal's rows say.
 *
 * Where the grammar complains of a text, rustfmt's parser decides, because the grammar rejects some valid Rust. Errors
 * the old text has as well do not count.
 */
export async function checkSyntax(context: GateContext): Promise<GateOutcome> {
  const session = context.shadow.createSession();
  const findings: Finding[] = [];
  for (const change of context.proposal.files) findings.push(...(await checkFile(change, session, context)));
  findings.push(...checkStrayRows(context));
  const blocking = findings.filter((finding) => finding.isBlocking).map((finding) => finding.diagnostic);
  const total = context.proposal.files.length;
  const failed = new Set(blocking.map((diagnostic) => diagnostic.spans[0]?.path ?? '')).size;
  return {
    verdict: blocking.length === 0 ? 'passed' : 'failed',
    reason:
      blocking.length === 0
        ? null
        : blocking.map((diagnostic) => placeOf(diagnostic) + diagnostic.message).join('; '),
    diagnostics: findings.map((finding) => finding.diagnostic),
    counts: { total, passed: Math.max(0, total - failed), failed, ignored: 0 },
    session: session.commands.length === 0 ? null : session,
  };
}

interface Finding {
  diagnostic: CompilerDiagnostic;
  isBlocking: boolean;
}

/** An attribute or doc comment with nothing behind it, which the grammar lets pass. */
const DANGLING = /(?:#\[[^\]]*\]|(?<!\/)\/\/\/(?!\/)[^\n]*\n)\s*(?:\/\/[^\n]*\n\s*)*(?:\}|$)/;

/** What the grammar lets pass and the compiler does not: comments of nothing, and `...` left where code belongs. */
function isSuspicious(after: string, before: string): boolean {
  return DANGLING.test(after) || countEllipses(after) > countEllipses(before);
}

function countEllipses(text: string): number {
  if (!text.includes('...')) return 0;
  const tokens = tokenizeRust(text);
  return tokens.filter(({ text: sign, start }, index) => {
    const next = tokens[index + 1];
    return sign === '..' && next?.text === '.' && next.start === start + 2;
  }).length;
}

const NEWEST_EDITION = '2024';

async function checkFile(
  change: FileChange,
  session: CommandSession,
  context: GateContext,
): Promise<Finding[]> {
  const { path, after } = change;
  if (!path.endsWith('.rs')) return [];
  const before = await readTreeText(context, path);
  const old =
    before === null ? { rows: [], diagnostics: [] } : await context.chunker.chunkFile({ path, text: before });
  if (after === null) return compareRows({ path, planned: context.proposal.rows, old: old.rows, now: [] });
  const now = await context.chunker.chunkFile({ path, text: after });
  const moved = compareRows({ path, planned: context.proposal.rows, old: old.rows, now: now.rows });
  const grammar = subtractDiagnostics(
    now.diagnostics.map((diagnostic) => describeSyntax(diagnostic, now.rows)),
    old.diagnostics.map((diagnostic) => describeSyntax(diagnostic, old.rows)),
  );
  if (grammar.length === 0 && !isSuspicious(after, before ?? '')) return moved;
  const settings = await writeNeutralSettings(context.shadow.homeDir);
  const edition = editionOf(context.shadow.layout(), path);
  const input = { path, edition, settings, ...signalOf(context) };
  const rejected = await findRejections(session, { ...input, text: after });
  if (rejected.length === 0) return [...moved, ...advise(grammar)];
  const known = before === null ? [] : ((await parseWithRustfmt(session, { ...input, text: before })) ?? []);
  const broken = subtractDiagnostics(rejected, known).map((diagnostic) => {
    const span = diagnostic.spans[0];
    return { ...diagnostic, row_key: span === undefined ? null : findInnermostRow(now.rows, span) };
  });
  return [...broken.map((diagnostic) => ({ diagnostic, isBlocking: true })), ...moved, ...advise(grammar)];
}

/**
 * What rustfmt rejects in the edition of the crate and in the newest one as well: the manifest, which may be part of the
 * proposal, may name another edition by now than when the layout was read. Empty where rustfmt cannot answer.
 */
async function findRejections(
  session: CommandSession,
  input: ParseWithRustfmtInput,
): Promise<CompilerDiagnostic[]> {
  const rejected = (await parseWithRustfmt(session, input)) ?? [];
  if (rejected.length === 0 || input.edition === NEWEST_EDITION) return rejected;
  const newest = await parseWithRustfmt(session, { ...input, edition: NEWEST_EDITION });
  return newest?.length === 0 ? [] : rejected;
}

function advise(diagnostics: readonly CompilerDiagnostic[]): Finding[] {
  return diagnostics.map((diagnostic) => ({
    diagnostic: { ...diagnostic, level: 'warning' },
    isBlocking: false,
  }));
}

interface RowComparison {
  path: string;
  planned: readonly FutureRow[];
  old: readonly Chunk[];
  now: readonly Chunk[];
}

/** Every row that differs must be planned, with the very text that is planned. */
function compareRows({ path, planned, old, now }: RowComparison): Finding[] {
  const plan = new Map(planned.map((change) => [change.key, change]));
  const lines = new Map([...old, ...now].map((row) => [row.isgl1_key, row]));
  return diffRows(old, now).flatMap((change) => {
    const wanted = plan.get(change.key);
    const isSame = wanted?.action === change.action && wanted.row?.content_hash === change.row?.content_hash;
    if (isSame) return [];
    const what =
      wanted === undefined
        ? `changes without being planned (${change.action})`
        : 'differs from its planned text';
    const { span, line } = lines.get(change.key) ?? { span: { start: 0, end: 0 }, line: 1 };
    const diagnostic = describeOwn('unplanned_change', `${change.key} ${what}`, { path, ...span, line });
    return [{ diagnostic: { ...diagnostic, row_key: change.key }, isBlocking: true }];
  });
}

/** Planned rows in files the proposal does not write would never come true. */
function checkStrayRows(context: GateContext): Finding[] {
  const written = new Set(context.proposal.files.map((change) => change.path));
  const stray = context.proposal.rows.filter((change) => !written.has(pathOfKey(change.key)));
  return stray.map((change) => {
    const path = pathOfKey(change.key);
    const message = `${change.key} is planned but its file is not part of the proposal`;
    return {
      diagnostic: describeOwn('row_without_file', message, { path, start: 0, end: 0, line: 1 }),
      isBlocking: true,
    };
  });
}

function describeSyntax(source: SyntaxDiagnostic, rows: readonly Chunk[]): CompilerDiagnostic {
  const { path, span, line, message } = source;
  return {
    ...describeOwn('syntax', message, { path, ...span, line }),
    row_key: findInnermostRow(rows, span),
  };
}

function describeOwn(
  code: string,
  message: string,
  place: { path: string; start: number; end: number; line: number },
): CompilerDiagnostic {
  return {
    tool: 'parseltongue',
    level: 'error',
    code,
    message,
    rendered: `${place.path}:${place.line}: ${message}`,
    package_name: null,
    spans: [{ ...place, column: 1, is_primary: true, label: null }],
    suggestions: [],
    row_key: null,
  };
}

function placeOf(diagnostic: CompilerDiagnostic): string {
  const span = diagnostic.spans[0];
  return span === undefined ? '' : `${span.path}:${span.line}: `;
}
