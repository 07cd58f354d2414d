import { z } from 'zod';
import { PreflightError } from '../errors.js';
import type { TreeContext } from '../git/tree-context.js';
import { runProcess } from '../process/run-process.js';

/** Who opens the pull request once the branch is there. */
export type Forge =
  /** The command line of GitHub, with the account it is logged in to. */
  | { kind: 'gh' }
  /** The REST API of GitHub and of forges that speak it. */
  | {
      kind: 'rest';
      /** `https://api.github.com`, or the API of an own server. Plain HTTP only to this machine. */
      apiUrl: string;
      /** `owner/name`. */
      repository: string;
      token: string;
    };

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

const TIMEOUT_MS = 120_000;
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
  const result = await runProcess({
    argv: [
      'gh',
      'pr',
      'create',
      '--draft',
      '--title',
      title,
      '--body-file',
      '-',
      '--base',
      base,
      '--head',
      head,
    ],
    cwd: context.root,
    env: { ...context.env, GH_PROMPT_DISABLED: '1' },
    stdin: body,
    timeoutMs: TIMEOUT_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  const said = `${result.stdout}\n${result.stderr}`;
  const url = /https?:\/\/\S+\/pull\/(\d+)/.exec(said);
  const isThere = result.exit === 0 || /already exists/i.test(said);
  if (isThere && url !== null) return { url: url[0], number: Number(url[1]) };
  throw requestFailure(
    `gh pr create ended with ${result.exit ?? 'a signal'}: ${result.stderr.trim().slice(0, 500)}`,
  );
}

type RestForge = Extract<Forge, { kind: 'rest' }>;

async function openByApi(forge: RestForge, request: DraftRequest): Promise<PullRequest> {
  const { title, body, head, base } = request;
  const created = await call(forge, request, {
    method: 'POST',
    path: 'pulls',
    body: { title, body, head, base, draft: true },
  });
  if (created.status === 201) return readPull(created.json);
  if (created.status === 422) {
    const owner = forge.repository.split('/')[0] ?? '';
    const query = new URLSearchParams({ head: `${owner}:${head}`, base, state: 'open' });
    const open = await call(forge, request, { method: 'GET', path: `pulls?${query.toString()}` });
    if (open.status === 200 && Array.isArray(open.json) && open.json.length > 0)
      return readPull(open.json[0]);
  }
  throw requestFailure(`the forge answered ${created.status}: ${describeAnswer(created.json)}`);
}

interface Answer {
  status: number;
  json: unknown;
}

async function call(
  forge: RestForge,
  request: DraftRequest,
  what: { method: string; path: string; body?: unknown },
): Promise<Answer> {
  const url = checkUrl(forge);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(`${url}/repos/${forge.repository}/${what.path}`, {
      method: what.method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${forge.token}`,
        'content-type': 'application/json',
        'user-agent': 'parseltongue',
      },
      redirect: 'error', // a token follows nobody elsewhere
      signal: request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]),
      ...(what.body === undefined ? {} : { body: JSON.stringify(what.body) }),
    });
    const text = await response.text();
    return { status: response.status, json: parseJson(text) };
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw requestFailure(`the forge cannot be reached (${(cause as Error).message})`, cause);
  }
}

function checkUrl(forge: RestForge): string {
  const url = new URL(forge.apiUrl);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    throw requestFailure('the API is not reached by https, and a token is not sent in the clear');
  if (!/^[\w.-]+\/[\w.-]+$/.test(forge.repository))
    throw requestFailure(`"${forge.repository}" is not of the form owner/name`);
  return forge.apiUrl.replace(/\/+$/, '');
}

function readPull(json: unknown): PullRequest {
  const parsed = PullSchema.safeParse(json);
  if (parsed.success) return { url: parsed.data.html_url, number: parsed.data.number };
  throw requestFailure('the forge answered in a form this version does not know');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function describeAnswer(json: unknown): string {
  const message = typeof json === 'object' && json !== null && 'message' in json ? json.message : null;
  return typeof message === 'string' ? message.slice(0, 300) : 'without a reason';
}

/** Creates the error for a remote or a forge that did not do its part. */
export function requestFailure(reason: string, cause?: unknown): PreflightError {
  return new PreflightError('PT_PREFLIGHT_PULL_REQUEST_FAILED', {
    message: `The pull request was not opened: ${reason}. The commit and the bundle are there; run again once this is solved`,
    details: { reason },
    retryable: true,
    cause,
  });
}
