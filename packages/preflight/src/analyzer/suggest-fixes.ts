import type { Suggestion } from '@parseltongue/isg-core';
import type { CodeAction, Command } from 'vscode-languageserver-protocol';
import { PreflightError } from '../errors.js';
import { mapWorkspaceEdit } from './map-workspace-edit.js';
import { type AnalyzerSession, readSessionText } from './open-analyzer.js';
import { toUri } from './overlay.js';
import { createTextPositions } from './text-positions.js';

const MAX_FIXES = 8;

/** Where something is wrong, in bytes. */
type Place = { path: string; start: number; end: number };

/**
 * The quick fixes the server offers at a place, as alternatives; empty when it offers none that is plain text.
 *
 * None is called machine-applicable: the server does not say how sure it is.
 */
export async function suggestFixes(
  session: AnalyzerSession,
  place: Place,
  options: { texts: ReadonlyMap<string, string>; signal?: AbortSignal },
): Promise<Suggestion[]> {
  try {
    return await askFixes(session, place, options);
  } catch (error) {
    if (!PreflightError.isInstance(error) || !session.server.process.isRunning()) throw error;
    return []; // a fix it cannot compute is no fault of the text
  }
}

async function askFixes(
  session: AnalyzerSession,
  place: Place,
  options: { texts: ReadonlyMap<string, string>; signal?: AbortSignal },
): Promise<Suggestion[]> {
  const { texts, ...signal } = options;
  const limits = { timeoutMs: session.requestTimeoutMs, ...signal };
  const text = texts.get(place.path) ?? readSessionText(session, place.path) ?? '';
  const positions = createTextPositions(text, session.server.encoding);
  const range = { start: positions.positionOf(place.start), end: positions.positionOf(place.end) };
  const actions = await session.server.request<(CodeAction | Command)[] | null>(
    'textDocument/codeAction',
    {
      textDocument: { uri: toUri(session, place.path) },
      range,
      context: { diagnostics: [], only: ['quickfix'] },
    },
    limits,
  );
  const suggestions: Suggestion[] = [];
  for (const action of (actions ?? []).slice(0, MAX_FIXES)) {
    if (!isAction(action)) continue;
    const whole =
      action.edit !== undefined || action.data === undefined
        ? action
        : await session.server.request<CodeAction>('codeAction/resolve', action, limits);
    const replacements = whole.edit === undefined ? null : mapWorkspaceEdit(session, whole.edit, texts);
    if (replacements !== null)
      suggestions.push({ message: action.title, applicability: 'MaybeIncorrect', replacements });
  }
  return suggestions;
}

/** A bare command is something for an editor to run. */
function isAction(action: CodeAction | Command): action is CodeAction {
  return typeof action.command !== 'string';
}
