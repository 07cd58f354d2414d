import { z } from 'zod';
import type { TreeContext } from '../git/tree-context.js';
import { callForge, describeAnswer, type RestForge } from './call-forge.js';
import { requestFailure } from './request-failure.js';
import { runGh } from './run-gh.js';

/** Who opens the pull request once the branch is there. */
export type Forge =
  /** The command line of GitHub, with the account it is logged in to. */
  { kind: 'gh' } | RestForge;

/** A pull request on the forge. */
export interface PullRequest {
  url: string;
  /** Null where only the address is known. */
  number: number | null;
}

export interface DraftRequest {
  title: string;
  body: string;
  head: string;
  base: string;
  signal?: AbortSignal;
}

const MAX_BODY = 60_000;
const PullSchema = z.object({ html_url: z.url(), number: z.int() });

/**
 * Opens a draft, or finds the one that is open for the branch already.
 *
 * @throws PreflightError PT_PREFLIGHT_PULL_REQUEST_FAILED, PT_PREFLIGHT_TOOL_MISSING
 */
export function openDraft(context: TreeContext, forge: Forge, request: DraftRequest): Promise<PullRequest> {
  const body = request.body.length > MAX_BODY ? `${request.body.slice(0, MAX_BODY)}\n\n(cut)` : request.body;
  return forge.kind === 'gh'
    ? openByProgram(context, { ...request, body })
    : openByApi(forge, { ...request, body });
}

async function openByProgram(context: TreeContext, request: DraftRequest): Promise<PullRequest> {
  const { title, body, head, base, signal } = request;
  const flags = ['--title', title, '--body-file', '-', '--base', base, '--head', head];
  const result = await runGh(context, ['pr', 'create', '--draft', ...flags], { stdin: body, signal });
  const said = `${result.stdout}\n${result.stderr}`;
  const url = /https?:\/\/\S+\/pull\/(\d+)/.exec(said);
  const isThere = result.exit === 0 || /already exists/i.test(said);
  if (isThere && url !== null) return { url: url[0], number: Number(url[1]) };
  throw requestFailure(
    `gh pr create ended with ${result.exit ?? 'a signal'}: ${result.stderr.trim().slice(0, 500)}`,
  );
}

async function openByApi(forge: RestForge, request: DraftRequest): Promise<PullRequest> {
  const { title, body, head, base, signal } = request;
  const created = await callForge(forge, {
    method: 'POST',
    path: 'pulls',
    body: { title, body, head, base, draft: true },
    signal,
  });
  if (created.status === 201) return readPull(created.json);
  if (created.status === 422) {
    const owner = forge.repository.split('/')[0] ?? '';
    const query = new URLSearchParams({ head: `${owner}:${head}`, base, state: 'open' });
    const open = await callForge(forge, { method: 'GET', path: `pulls?${query.toString()}`, signal });
    if (open.status === 200 && Array.isArray(open.json) && open.json.length > 0)
      return readPull(open.json[0]);
  }
  throw requestFailure(`the forge answered ${describeAnswer(created)}`);
}

function readPull(json: unknown): PullRequest {
  const parsed = PullSchema.safeParse(json);
  if (parsed.success) return { url: parsed.data.html_url, number: parsed.data.number };
  throw requestFailure('the forge answered in a form this version does not know');
}
