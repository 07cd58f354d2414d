import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnalyzerSession } from './open-analyzer.js';

/** The address of a repo-relative path in the session's tree. */
export function toUri(session: Pick<AnalyzerSession, 'treeDir'>, path: string): string {
  return pathToFileURL(join(session.treeDir, path)).href;
}

/**
 * Shows the server other texts than the disk holds while `work` runs; texts of files that do not exist become files.
 *
 * A file cannot be taken away like this: that needs the disk.
 */
export async function withOverlay<T>(
  session: AnalyzerSession,
  texts: ReadonlyMap<string, string>,
  work: () => Promise<T>,
): Promise<T> {
  const uris = [...texts].map(([path, text]) => ({ uri: toUri(session, path), text }));
  try {
    for (const { uri, text } of uris) {
      await session.server.notify('textDocument/didOpen', {
        textDocument: { uri, languageId: 'rust', version: 1, text },
      });
    }
    return await work();
  } finally {
    if (session.server.process.isRunning())
      for (const { uri } of uris)
        await session.server.notify('textDocument/didClose', { textDocument: { uri } });
  }
}
