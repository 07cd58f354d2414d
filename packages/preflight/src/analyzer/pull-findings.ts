import type { Suggestion } from '@parseltongue/isg-core';
import type { Diagnostic, DocumentDiagnosticReport } from 'vscode-languageserver-protocol';
import { type AnalyzerSession, readSessionText } from './open-analyzer.js';
import { toUri } from './overlay.js';
import { createTextPositions } from './text-positions.js';

/** One diagnostic of one file, in bytes of the text the server was shown. */
export interface Finding {
  path: string;
  /** The protocol's: 1 error, 2 warning, 3 information, 4 hint. */
  severity: number;
  code: string | null;
  message: string;
  start: number;
  end: number;
  line: number;
  column: number;
  /** Filled for those that are reported. */
  suggestions: Suggestion[];
}

/** What is pulled. */
export interface PullOptions {
  paths: readonly string[];
  /** Texts the server is shown instead of the disk's. */
  texts: ReadonlyMap<string, string>;
  signal?: AbortSignal;
}

const CONCURRENCY = 8;

const MAX_RESTLESS = 5;

/**
 * Asks for the diagnostics of files, opened or not; findings come in the order of `paths`.
 *
 * A server that loads something says that there is nothing to say, so what it answered while it was not at rest is asked
 * again: a new file makes it load the workspace anew.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED
 */
export async function pullFindings(session: AnalyzerSession, options: PullOptions): Promise<Finding[]> {
  const { status, process } = session.server;
  for (let restless = 0; ; restless += 1) {
    const rests = status.restCount();
    const found = await pullOnce(session, options);
    const isSteady = status.current().quiescent && status.restCount() === rests;
    if (isSteady || restless === MAX_RESTLESS) return found;
    await status.waitForRest({
      timeoutMs: session.requestTimeoutMs,
      expectsReload: false,
      isAlive: () => process.isRunning(),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }
}

async function pullOnce(session: AnalyzerSession, options: PullOptions): Promise<Finding[]> {
  const found: Finding[][] = [];
  const queue = [...options.paths.entries()];
  const pullNext = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, path] = next;
      found[at] = await pullFile(session, path, options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, queue.length) }, pullNext));
  return found.flat();
}

async function pullFile(session: AnalyzerSession, path: string, options: PullOptions): Promise<Finding[]> {
  const report = await session.server.request<DocumentDiagnosticReport | null>(
    'textDocument/diagnostic',
    { textDocument: { uri: toUri(session, path) } },
    {
      timeoutMs: session.requestTimeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  const items = report?.kind === 'full' ? report.items : [];
  if (items.length === 0) return [];
  const text = options.texts.get(path) ?? readSessionText(session, path) ?? '';
  const positions = createTextPositions(text, session.server.encoding);
  return items.map((item) => describeFinding(path, item, positions));
}

function describeFinding(
  path: string,
  item: Diagnostic,
  positions: ReturnType<typeof createTextPositions>,
): Finding {
  const start = positions.offsetOf(item.range.start);
  return {
    path,
    severity: item.severity ?? 1,
    code: item.code === undefined ? null : String(item.code),
    message: typeof item.message === 'string' ? item.message : item.message.value,
    start,
    end: Math.max(start, positions.offsetOf(item.range.end)),
    line: item.range.start.line + 1,
    column: item.range.start.character + 1,
    suggestions: [],
  };
}
