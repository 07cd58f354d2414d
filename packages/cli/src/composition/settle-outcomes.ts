import { runProcess } from '@parseltongue/preflight';
import { type HistoryCommit, type OutcomeReport, readOutcomes, settleOutcomes } from '@parseltongue/sorcerer';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import { createTreeContext } from './tree-context.js';

const MAX_COMMITS = 5000;
const GIT_TIMEOUT_MS = 30_000;

/** Writes down what the history of HEAD shows of earlier runs, then reads what is known of all of them. */
export async function settleRuns(
  place: RepositoryPlace,
  context: Pick<CliContext, 'env' | 'signal'>,
): Promise<OutcomeReport> {
  const history = place.isGit ? await readHistory(place, context) : [];
  await settleOutcomes(place.stateDir, history, Date.now());
  return readOutcomes(place.stateDir);
}

/** What HEAD reaches, newest first; nothing where git cannot tell. */
async function readHistory(
  place: RepositoryPlace,
  { env, signal }: Pick<CliContext, 'env' | 'signal'>,
): Promise<HistoryCommit[]> {
  const { exit, stdout, truncated } = await runProcess({
    argv: ['git', 'log', '-z', `--max-count=${MAX_COMMITS}`, '--format=%H %ct%n%B'],
    cwd: place.root,
    env: createTreeContext(place, env).env,
    timeoutMs: GIT_TIMEOUT_MS,
    signal,
  });
  if (exit !== 0) return []; // no commit yet
  const entries = stdout.split('\0');
  return (truncated ? entries.slice(0, -1) : entries).flatMap(parseCommit);
}

function parseCommit(entry: string): HistoryCommit[] {
  const match = /^([0-9a-f]{40,64}) (\d+)\n/.exec(entry);
  const [head = '', commit, seconds] = match ?? [];
  if (commit === undefined) return [];
  return [{ commit, at: Number(seconds) * 1000, message: entry.slice(head.length) }];
}
