import { join } from 'node:path';
import type { TextReplacement } from '@parseltongue/isg-core';
import type { WorkspaceEdit } from 'vscode-languageserver-protocol';
import { analyzerFailure } from './language-server.js';
import { type LocateAnalyzerOptions, locateAnalyzer } from './locate-analyzer.js';
import { mapWorkspaceEdit } from './map-workspace-edit.js';
import { type AnalyzerLimits, openAnalyzer, readSessionText } from './open-analyzer.js';
import { toUri } from './overlay.js';
import { createTextPositions } from './text-positions.js';

/** An item, its new name, and a copy of the tree. */
export interface RenameItemOptions extends Omit<LocateAnalyzerOptions, 'cwd'> {
  /** A copy of the tree, absolute; the server may write a lock file into it. */
  treeDir: string;
  /** Absolute folder outside the tree for what the server and build scripts make. */
  workDir: string;
  /** Repo-relative. */
  path: string;
  /** Byte offset of the name, at its declaration or any use. */
  offset: number;
  newName: string;
  limits?: AnalyzerLimits;
}

/**
 * Asks rust-analyzer for the replacements that rename an item wherever it is used, the tree itself untouched.
 *
 * Null when the rename needs more than text, such as moving a module's file. Starts a server of its own, which takes seconds.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED without an analyzer, or when it refuses with its reason
 */
export async function renameItem(options: RenameItemOptions): Promise<TextReplacement[] | null> {
  const { treeDir, workDir, path, offset, newName, limits, env, signal } = options;
  const found = await locateAnalyzer({ ...options, cwd: treeDir });
  if (found.status === 'absent') throw analyzerFailure(found.reason);
  await using analyzer = openAnalyzer({
    found,
    treeDir,
    targetDir: join(workDir, 'analyzer-target'),
    libraryDir: join(workDir, 'analyzer-library'),
    env,
    isNetworkAllowed: false,
    isTrusted: true,
    confinement: null,
    ...(limits === undefined ? {} : { limits }),
  });
  const signals = signal === undefined ? {} : { signal };
  return await analyzer.use(async (session) => {
    const text = readSessionText(session, path);
    if (text === null) throw analyzerFailure(`${path} cannot be read`);
    const position = createTextPositions(text, session.server.encoding).positionOf(offset);
    const edit = await session.server.request<WorkspaceEdit | null>(
      'textDocument/rename',
      { textDocument: { uri: toUri(session, path) }, position, newName },
      { timeoutMs: session.requestTimeoutMs, ...signals },
    );
    return edit === null ? null : mapWorkspaceEdit(session, edit, new Map());
  }, signals);
}
