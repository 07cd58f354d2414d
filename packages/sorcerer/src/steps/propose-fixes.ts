import type { CompilerDiagnostic, FileChange, RowKey } from '@parseltongue/isg-core';
import { hashValue } from '../hash-value.js';
import type { OfferedFixes } from '../ports.js';
import { FIX_POLICIES, type FixPolicy } from '../reasoners/deterministic/fix-policy.js';
import { type FixResult, fixToFixpoint } from '../reasoners/deterministic/fix-to-fixpoint.js';
import type { FixFocus } from '../reasoners/deterministic/select-suggestions.js';
import { currentAttempt, type RunSession, settingsOf, withSignal } from '../run-session.js';
import { endPropose, proposeFiles } from './build-proposal.js';
import { gatherEvidence } from './start-attempt.js';

const FOCUS_HOPS = 2;

/** B01 on the `fix` road: future code from what the compiler suggests and an analyzer offers. */
export async function proposeFixes(session: RunSession): Promise<void> {
  const attempt = currentAttempt(session);
  const policy = FIX_POLICIES[attempt.number - 1];
  if (policy === undefined) {
    endPropose(session, { outcome: 'none_found', reason: 'No further policy' });
    return;
  }
  session.record('stage-started', { stage: 'propose', attempt: attempt.number });
  const result = await fixToFixpoint(
    {
      diagnose: (changes, options) => diagnoseOnce(session, changes, options),
      readText: (path) => session.ports.files.readText(path),
      offerFixes: (changes, diagnostics) => offerOnce(session, changes, diagnostics),
    },
    { policy, clippy: settingsOf(session).clippy, focus: await findFocus(session, policy) },
  );
  if (result.status !== 'fixed') {
    endPropose(session, explainNoFix(result));
    return;
  }
  session.record('edits-proposed', {
    attempt: attempt.number,
    edits: result.fixes.map((fix) => ({
      target: fix.path,
      op: 'edit',
      how: `${fix.code ?? 'error'}: ${fix.suggestion}, by ${fix.source} (${fix.message})`,
    })),
    notes: result.notes,
  });
  const guess = explainGuesses(result);
  await proposeFiles(session, {
    files: result.files,
    title: formatTitle(result),
    ...(guess === null ? {} : { reviewReason: guess }),
  });
}

async function diagnoseOnce(
  session: RunSession,
  changes: Parameters<RunSession['ports']['verifier']['diagnose']>[0],
  options: { clippy: boolean },
): ReturnType<RunSession['ports']['verifier']['diagnose']> {
  const id = hashValue([options.clippy, changes]);
  const known = session.memory.diagnoses.get(id);
  if (known !== undefined) return known;
  session.signal?.throwIfAborted();
  const diagnosis = await session.ports.verifier.diagnose(changes, { ...options, ...withSignal(session) });
  session.memory.diagnoses.set(id, diagnosis);
  return diagnosis;
}

async function offerOnce(
  session: RunSession,
  changes: readonly FileChange[],
  diagnostics: readonly CompilerDiagnostic[],
): Promise<OfferedFixes> {
  const { quickFixes } = session.ports;
  if (quickFixes === undefined) return { status: 'not_run', reason: 'no analyzer is connected' };
  const id = hashValue(changes);
  const known = session.memory.offers.get(id);
  if (known !== undefined) return known;
  session.signal?.throwIfAborted();
  const offers = await quickFixes.offerFixes(changes, diagnostics, withSignal(session));
  session.memory.offers.set(id, offers);
  return offers;
}

/** Values an analyzer filled in compile, and tests may not look at them: somebody has to. */
function explainGuesses({ fixes }: FixResult): string | null {
  const guesses = fixes.filter(({ isGuess }) => isGuess);
  if (guesses.length === 0) return null;
  const places = [...new Set(guesses.map(({ path }) => path))].join(', ');
  return `values were filled in that nobody chose, in ${places}`;
}

function explainNoFix(result: FixResult): Parameters<typeof endPropose>[1] {
  const left = result.remaining.slice(0, 5).map(({ code, message }) => `${code ?? 'error'}: ${message}`);
  const reason = [...result.notes, ...left].join('\n');
  if (result.status === 'environment') return { outcome: 'environment', reason };
  if (result.status === 'none_needed')
    return { outcome: 'none_needed', reason: reason || 'The build is clean and nothing can be fixed safely' };
  return { outcome: 'none_found', reason };
}

/** The rows that failing checks reach through the graph; null when the failures name no row. */
async function findFocus(session: RunSession, policy: FixPolicy): Promise<FixFocus | null> {
  if (policy.relatedWarningApplicability.length === 0) return null;
  const evidence = gatherEvidence(session).filter(
    ({ kind }) => kind === 'gate_failed' || kind === 'rolled_back',
  );
  const rowKeys = new Set<RowKey>(evidence.flatMap((piece) => piece.row_keys));
  const paths = new Set(evidence.flatMap((piece) => piece.paths));
  if (rowKeys.size === 0 && paths.size === 0) return null;
  let edge = [...rowKeys];
  for (let hop = 0; hop < FOCUS_HOPS && edge.length > 0; hop += 1) {
    const edges = await session.ports.graph.edgesFrom(edge);
    edge = edges.map(({ to }) => to).filter((key) => !rowKeys.has(key));
    for (const key of edge) rowKeys.add(key);
  }
  return { rowKeys, paths };
}

function formatTitle(result: FixResult): string {
  const offered = result.fixes.filter(({ source }) => !COMPILERS.has(source)).length;
  const suggested = result.fixes.length - offered;
  const parts = [
    ...(suggested > 0 ? [countOf(suggested, 'compiler suggestion')] : []),
    ...(offered > 0 ? [countOf(offered, 'quick fix', 'quick fixes')] : []),
  ];
  const codes = [...new Set(result.fixes.flatMap(({ code }) => code ?? []))].sort();
  const named = codes.length > 0 && codes.length <= 4 ? ` (${codes.join(', ')})` : '';
  return `Apply ${parts.join(' and ')} in ${countOf(result.files.length, 'file')}${named}`;
}

const COMPILERS: ReadonlySet<string> = new Set(['rustc', 'clippy']);

function countOf(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
