import { createServer, type IncomingMessage } from 'node:http';
import type { Forge } from '../../src/index.js';

/** What a forge double knows of its one pull request; tests change it while they run. */
export interface ForgeFacts {
  head: string;
  state: 'open' | 'closed';
  isMerged: boolean;
  isDraft: boolean;
  fork: boolean;
  runs: { name: string; status: string; conclusion: string | null }[];
  statuses: { context: string; state: string }[];
  /** Answers of the next calls, before any fact is looked at. */
  failures: number[];
  /** Null merges. */
  refusesMerge: { status: number; message: string } | null;
}

/** A call the double heard, the token left out. */
export interface HeardCall {
  method: string;
  url: string;
  body: Record<string, unknown>;
}

/** A forge on this machine with one pull request, number 4. */
export interface ForgeDouble extends Disposable {
  forge: Forge;
  facts: ForgeFacts;
  heard: HeardCall[];
  /** Runs before every answer. */
  onCall: (call: HeardCall) => void;
}

interface Answer {
  status: number;
  json: unknown;
}

/** Opens the double; it speaks REST, and GraphQL for the one thing REST lacks. */
export async function openForgeDouble(): Promise<ForgeDouble> {
  const facts: ForgeFacts = {
    head: '',
    state: 'open',
    isMerged: false,
    isDraft: true,
    fork: false,
    runs: [],
    statuses: [],
    failures: [],
    refusesMerge: null,
  };
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      const call = { method: request.method ?? '', url: request.url ?? '', body };
      double.heard.push(call);
      double.onCall(call);
      const failure = facts.failures.shift();
      const answer = failure === undefined ? answerCall(facts, call) : { status: failure, json: {} };
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const double: ForgeDouble = {
    forge: {
      kind: 'rest',
      apiUrl: `http://127.0.0.1:${port}`,
      repository: 'ada/shop',
      token: 'secret-token',
    },
    facts,
    heard: [],
    onCall: () => undefined,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return double;
}

function answerCall(facts: ForgeFacts, { method, url, body }: HeardCall): Answer {
  const at = `${method} ${url.replace('/repos/ada/shop', '').split('?')[0]}`;
  if (at === 'POST /pulls') return { status: 201, json: { html_url: 'https://forge.example/4', number: 4 } };
  if (at === 'GET /pulls/4') return { status: 200, json: describePull(facts) };
  if (at.endsWith('/check-runs')) return page(url, 'check_runs', facts.runs);
  if (at.endsWith('/status')) return page(url, 'statuses', facts.statuses);
  if (at === 'POST /graphql') {
    facts.isDraft = false;
    return { status: 200, json: { data: {} } };
  }
  if (at === 'PUT /pulls/4/merge') return mergePull(facts, body);
  return { status: 404, json: { message: 'Not Found' } };
}

function describePull({ head, state, isMerged, isDraft, fork }: ForgeFacts): unknown {
  return {
    state,
    merged: isMerged,
    draft: isDraft,
    node_id: 'PR_4',
    head: { sha: head, repo: fork ? { full_name: 'eve/shop' } : { full_name: 'ada/shop' } },
    base: { repo: { full_name: 'ada/shop' } },
  };
}

function page(url: string, field: string, all: readonly unknown[]): Answer {
  const query = new URL(url, 'http://forge').searchParams;
  const [size, number] = [Number(query.get('per_page')), Number(query.get('page'))];
  const json = { total_count: all.length, [field]: all.slice((number - 1) * size, number * size) };
  return { status: 200, json };
}

function mergePull(facts: ForgeFacts, body: Record<string, unknown>): Answer {
  if (facts.refusesMerge !== null) {
    const { status, message } = facts.refusesMerge;
    return { status, json: { message } };
  }
  if (facts.isDraft) return { status: 405, json: { message: 'Pull Request is still a draft' } };
  if (body['sha'] !== facts.head) return { status: 409, json: { message: 'Head branch was modified' } };
  facts.isMerged = true;
  return { status: 200, json: { merged: true, sha: 'f'.repeat(40) } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
