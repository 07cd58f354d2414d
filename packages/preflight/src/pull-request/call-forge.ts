import { requestFailure } from './request-failure.js';

/** The REST API of GitHub and of forges that speak it. */
export interface RestForge {
  kind: 'rest';
  /** `https://api.github.com`, or the API of an own server. Plain HTTP only to this machine. */
  apiUrl: string;
  /** `owner/name`. */
  repository: string;
  token: string;
}

/** What is asked of the API. */
export interface ForgeCall {
  method: 'GET' | 'POST' | 'PUT';
  /** Below the repository: `pulls/4`; or `graphql`, which has an address of its own. */
  path: string;
  body?: unknown;
  /** Default two minutes. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** What the API said; `json` is null where it was none. */
export interface ForgeAnswer {
  status: number;
  json: unknown;
}

/** How long the forge may take for one answer. */
export const FORGE_TIMEOUT_MS = 120_000;

/**
 * Asks the API once; any status is an answer.
 *
 * @throws PreflightError PT_PREFLIGHT_PULL_REQUEST_FAILED when there is no answer, or the token would go out in the clear
 */
export async function callForge(forge: RestForge, call: ForgeCall): Promise<ForgeAnswer> {
  const url = addressOf(forge, call.path);
  const timeout = AbortSignal.timeout(call.timeoutMs ?? FORGE_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: call.method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${forge.token}`,
        'content-type': 'application/json',
        'user-agent': 'parseltongue',
      },
      redirect: 'error', // a token follows nobody elsewhere
      signal: call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const text = await response.text();
    return { status: response.status, json: parseJson(text) };
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw requestFailure(`the forge cannot be reached (${(cause as Error).message})`, cause);
  }
}

/** Status and message of an answer, for people. */
export function describeAnswer({ status, json }: ForgeAnswer): string {
  const message = typeof json === 'object' && json !== null && 'message' in json ? json.message : null;
  return `${status}: ${typeof message === 'string' ? message.slice(0, 300) : 'without a reason'}`;
}

/** The value a text stands for; null where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function addressOf(forge: RestForge, path: string): string {
  const url = new URL(forge.apiUrl);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    throw requestFailure('the API is not reached by https, and a token is not sent in the clear');
  if (!/^[\w.-]+\/[\w.-]+$/.test(forge.repository))
    throw requestFailure(`"${forge.repository}" is not of the form owner/name`);
  const api = forge.apiUrl.replace(/\/+$/, '');
  // a server of one's own has REST below /api/v3 and GraphQL beside it
  if (path === 'graphql') return `${api.replace(/\/v3$/, '')}/graphql`;
  return `${api}/repos/${forge.repository}/${path}`;
}
