import { z } from 'zod';
import { PreflightError } from '../errors.js';
import type { TreeContext } from '../git/tree-context.js';
import { callForge, describeAnswer, type ForgeAnswer, parseJson, type RestForge } from './call-forge.js';
import type { Forge, PullRequest } from './forge.js';
import { type ForgeCheck, readRunResult, readStatusResult } from './judge-checks.js';
import { describeFailure } from './request-failure.js';
import { runGh } from './run-gh.js';

/** A pull request as the forge sees it now. */
export interface PullState {
  isOpen: boolean;
  isMerged: boolean;
  isDraft: boolean;
  /** True where its branch lies in another repository than its base. */
  isFromFork: boolean;
  /** The commit at the end of its branch. */
  head: string;
  /** The forge's own name of the pull request, for what only GraphQL does; null where there is none. */
  nodeId: string | null;
  checks: ForgeCheck[];
}

/** A look at a pull request; a forge that did not answer this time may answer the next. */
export type PullLook =
  | { status: 'seen'; state: PullState }
  | { status: 'refused' | 'unreachable'; reason: string };

export interface LookOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

const PAGE_SIZE = 100;
/** More checks than this are not read, and what was not read is not green. */
const MAX_PAGES = 10;
/** How `gh` ends when nobody is logged in. */
const NOT_LOGGED_IN = 4;

/** Null once it was deleted. */
const RepositorySchema = z.object({ full_name: z.string() }).nullable();
const PullSchema = z.object({
  state: z.string(),
  merged: z.boolean().default(false),
  draft: z.boolean().default(false),
  node_id: z.string().nullable().default(null),
  head: z.object({ sha: z.string(), repo: RepositorySchema }),
  base: z.object({ repo: RepositorySchema }),
});
const RunsSchema = z.object({
  total_count: z.int(),
  check_runs: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() })),
});
const StatusesSchema = z.array(z.object({ context: z.string(), state: z.string() }));
const CombinedSchema = z.object({ total_count: z.int(), statuses: StatusesSchema });
const ViewSchema = z.object({
  state: z.string(),
  isDraft: z.boolean(),
  isCrossRepository: z.boolean(),
  headRefOid: z.string(),
  statusCheckRollup: z
    .array(
      z.union([
        z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() }),
        z.object({ context: z.string(), state: z.string() }),
      ]),
    )
    .nullable(),
});

/** Reads a pull request and all checks of its last commit. */
export async function lookAtPull(
  context: TreeContext,
  target: { forge: Forge; pull: PullRequest },
  options: LookOptions,
): Promise<PullLook> {
  try {
    const { forge, pull } = target;
    const state =
      forge.kind === 'gh'
        ? await viewByProgram(context, pull, options)
        : await readByApi(forge, pull, options);
    return { status: 'seen', state };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof NoAnswer)
      return { status: error.isFinal ? 'refused' : 'unreachable', reason: error.message };
    if (!PreflightError.isInstance(error)) throw error;
    return { status: 'unreachable', reason: describeFailure(error) };
  }
}

/** What is no state of a pull request; final where asking again would not change it. */
class NoAnswer extends Error {
  readonly isFinal: boolean;

  constructor(reason: string, isFinal: boolean) {
    super(reason);
    this.isFinal = isFinal;
  }
}

async function viewByProgram(
  context: TreeContext,
  pull: PullRequest,
  options: LookOptions,
): Promise<PullState> {
  const fields = 'state,isDraft,isCrossRepository,headRefOid,statusCheckRollup';
  const result = await runGh(context, ['pr', 'view', pull.url, '--json', fields], options);
  if (result.exit !== 0) {
    const said = result.stderr.trim().slice(0, 300);
    throw new NoAnswer(
      `gh pr view ended with ${result.exit ?? 'a signal'}: ${said}`,
      result.exit === NOT_LOGGED_IN,
    );
  }
  const view = parseAnswer(ViewSchema, parseJson(result.stdout));
  return {
    isOpen: view.state === 'OPEN',
    isMerged: view.state === 'MERGED',
    isDraft: view.isDraft,
    isFromFork: view.isCrossRepository,
    head: view.headRefOid,
    nodeId: null,
    checks: (view.statusCheckRollup ?? []).map((check) =>
      'context' in check
        ? { name: check.context, result: readStatusResult(check.state) }
        : { name: check.name, result: readRunResult(check.status, check.conclusion) },
    ),
  };
}

async function readByApi(forge: RestForge, pull: PullRequest, options: LookOptions): Promise<PullState> {
  if (pull.number === null) throw new NoAnswer('the number of the pull request is not known', true);
  const read = (path: string): Promise<ForgeAnswer> => callForge(forge, { method: 'GET', path, ...options });
  const found = parseAnswer(PullSchema, readAnswer(await read(`pulls/${pull.number}`)));
  const head = found.head.sha;
  return {
    isOpen: found.state === 'open',
    isMerged: found.merged,
    isDraft: found.draft,
    isFromFork: found.head.repo?.full_name !== found.base.repo?.full_name,
    head,
    nodeId: found.node_id,
    checks: [...(await readRuns(read, head)), ...(await readStatuses(read, head))],
  };
}

type Read = (path: string) => Promise<ForgeAnswer>;

async function readRuns(read: Read, head: string): Promise<ForgeCheck[]> {
  const checks: ForgeCheck[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await read(`commits/${head}/check-runs?per_page=${PAGE_SIZE}&page=${page}`);
    if (answer.status === 404) return checks; // a forge that knows statuses alone
    const { total_count: total, check_runs: runs } = parseAnswer(RunsSchema, readAnswer(answer));
    checks.push(
      ...runs.map(({ name, status, conclusion }) => ({ name, result: readRunResult(status, conclusion) })),
    );
    if (checks.length >= total) return checks;
  }
  throw new NoAnswer('the commit has more checks than are read', true);
}

async function readStatuses(read: Read, head: string): Promise<ForgeCheck[]> {
  const checks: ForgeCheck[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = readAnswer(await read(`commits/${head}/status?per_page=${PAGE_SIZE}&page=${page}`));
    const { total_count: total, statuses } = parseAnswer(CombinedSchema, answer);
    checks.push(
      ...statuses.map(({ context, state }) => ({ name: context, result: readStatusResult(state) })),
    );
    if (checks.length >= total) return checks;
  }
  throw new NoAnswer('the commit has more statuses than are read', true);
}

function readAnswer(answer: ForgeAnswer): unknown {
  if (answer.status === 200) return answer.json;
  const isFinal = answer.status < 500 && answer.status !== 429;
  throw new NoAnswer(`the forge answered ${describeAnswer(answer)}`, isFinal);
}

function parseAnswer<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new NoAnswer('the forge answered in a form this version does not know', true);
}
