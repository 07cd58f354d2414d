import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isInsidePath, ParseltongueError } from '@parseltongue/isg-core';
import type { Freshness } from '../composition/workspace.js';
import { locateRepository, type RepositoryPlace } from '../config/locate-repository.js';
import { connectDaemon } from '../daemon/connect-daemon.js';
import { formatNumber } from '../render/table.js';
import type { Invocation } from '../verb.js';

const LONGEST_INPUT_BYTES = 1_000_000;

/**
 * The facts of one hook, undefined where there is nothing to say: no Rust repository, not a Rust file.
 *
 * Facts only, phrased as such; a hook that cannot answer is silent.
 */
export async function writeHookFacts(
  event: 'session-start' | 'post-tool-use',
  invocation: Invocation,
): Promise<string | undefined> {
  try {
    const place = await locateRepository({ ...invocation.globals, env: invocation.context.env });
    return await (event === 'session-start' ? describeGraph(invocation, place) : noteEdit(invocation, place));
  } catch (error) {
    if (ParseltongueError.isInstance(error)) return undefined;
    throw error;
  }
}

async function describeGraph(invocation: Invocation, place: RepositoryPlace): Promise<string> {
  const isIndexed = await stat(place.stateDir).then(
    () => true,
    () => false,
  );
  if (!isIndexed)
    return 'Parseltongue: this Rust repository has no CodeGraph yet; its tools make one at their first use.';
  const { status, freshness } = await readStatus(invocation, place);
  const stale = freshness.changed.length + freshness.added.length + freshness.removed.length;
  return `Parseltongue: the CodeGraph holds ${formatNumber(status.rows)} rows and ${formatNumber(status.edges)} edges, indexed ${status.indexed_at ?? 'never'}; ${stale} files changed since, they are read before the next answer.`;
}

interface GraphStatus {
  status: { rows: number; edges: number; indexed_at: string | null };
  freshness: Freshness;
}

/** From the daemon that owns the graph, or from the graph itself. */
async function readStatus(
  { context, openWorkspace }: Invocation,
  place: RepositoryPlace,
): Promise<GraphStatus> {
  await using daemon = await connectDaemon(place, context.env);
  if (daemon === undefined) {
    const workspace = await openWorkspace();
    const store = await workspace.openStore();
    return { status: await store.status(), freshness: await workspace.readFreshness() };
  }
  let answer = '';
  const io = { ...context.io, out: (text: string) => void (answer += text) };
  await daemon.runVerb(['-C', place.root, '--state-dir', place.stateDir, '--json', 'status'], {
    ...context,
    io,
  });
  return JSON.parse(answer) as GraphStatus;
}

/** Tells the daemon that a file changed, so that its next answer looks. */
async function noteEdit({ context }: Invocation, place: RepositoryPlace): Promise<string | undefined> {
  const input = JSON.parse(await readInput()) as { tool_input?: { file_path?: unknown } };
  const edited = input.tool_input?.file_path;
  if (typeof edited !== 'string' || !edited.endsWith('.rs')) return undefined;
  const path = relative(place.root, join(edited)).replaceAll('\\', '/');
  if (!isInsidePath(path)) return undefined;
  await using daemon = await connectDaemon(place, context.env);
  await daemon?.touch();
  return `Parseltongue: ${path} changed after the last index; it is read again before the next answer.`;
}

async function readInput(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > LONGEST_INPUT_BYTES) break;
  }
  return text === '' ? '{}' : text;
}
