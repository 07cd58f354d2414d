import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type LlamaSession, openLlamaSession } from './llama-session.js';
import { createReplyOutbox } from './reply-outbox.js';
import {
  type LoadRequest,
  type WorkerReply,
  type WorkerRequest,
  WorkerRequestSchema,
} from './worker-protocol.js';

// The process that holds one model. It is the only one that loads native code, so an abort there ends nothing else.

const MAX_LOG_CHARS = 4_000;
/** The engine's native objects weigh more than their wrappers tell the garbage collector, which comes late without a call. */
const REQUESTS_A_COLLECTION = 200;
const LOG_ROUND_MS = 20;
const LOG_QUIET_ROUNDS = 10;
const LOG_MAX_ROUNDS = 100;
const aborts = new Map<number, AbortController>();
const outbox = createReplyOutbox((message) => process.send?.(message));
let session: Promise<LlamaSession> | undefined;
let engineLog = '';
let requestsSinceCollection = 0;

function receive(message: unknown): void {
  const request = WorkerRequestSchema.safeParse(message);
  if (request.success) answer(request.data);
  else reply({ type: 'protocol-error', problem: request.error.issues[0]?.message ?? 'malformed request' });
}

function answer(request: WorkerRequest): void {
  switch (request.type) {
    case 'load':
      void load(request);
      break;
    case 'ping':
      reply({ type: 'pong', id: request.id });
      break;
    case 'abort':
      aborts.get(request.id)?.abort();
      break;
    case 'drop-prefixes':
    case 'embed':
    case 'generate':
    case 'rank':
    case 'tokenize':
      void useSession(request);
  }
}

type SessionRequest = Exclude<WorkerRequest, { type: 'load' | 'ping' | 'abort' }>;

async function useSession(request: SessionRequest): Promise<void> {
  // Registered before anything is awaited: an abort may be the very next message.
  const abort = new AbortController();
  aborts.set(request.id, abort);
  try {
    if (session === undefined) throw new Error('no model is loaded');
    reply(await perform(await session, request, abort.signal));
  } catch (error) {
    reply({ type: 'failed', id: request.id, problem: describe(error) });
  } finally {
    aborts.delete(request.id);
    collectGarbage();
  }
}

function collectGarbage(): void {
  requestsSinceCollection += 1;
  if (requestsSinceCollection < REQUESTS_A_COLLECTION) return;
  requestsSinceCollection = 0;
  globalThis.gc?.();
}

async function perform(
  loaded: LlamaSession,
  request: SessionRequest,
  signal: AbortSignal,
): Promise<WorkerReply> {
  const { id } = request;
  switch (request.type) {
    case 'drop-prefixes':
      await loaded.dropPrefixes();
      return { type: 'dropped', id };
    case 'embed':
      return { type: 'embedded', id, vector: await loaded.embed(request.text) };
    case 'generate':
      return loaded.generate(request, { signal, onDelta: (text) => outbox.pushDelta(id, text) });
    case 'rank':
      return { type: 'ranked', id, scores: await loaded.rank(request.query, request.documents) };
    case 'tokenize':
      return { type: 'tokenized', id, tokens: loaded.tokenize(request.text, request.isPrompt) };
  }
}

async function load(request: LoadRequest): Promise<void> {
  const engine = await import('node-llama-cpp').catch((error: unknown) => {
    reply({ type: 'load-failed', reason: 'engine_missing', problem: describe(error) });
  });
  if (engine === undefined) return;
  try {
    session = openLlamaSession(engine, request, (line) => {
      engineLog = `${engineLog}${line}\n`.slice(-MAX_LOG_CHARS);
    });
    const { facts } = await session;
    reply({ type: 'loaded', facts });
  } catch (error) {
    session = undefined;
    await settleLog();
    const problem = `${describe(error)}; ${engineLog.trim()}`;
    const isDamaged = /invalid data|failed validation/i.test(engineLog);
    reply({ type: 'load-failed', reason: isDamaged ? 'tensor_data_invalid' : 'engine_error', problem });
  }
}

/** The engine's log comes over a queue of its own and may arrive after the failure that it explains. */
async function settleLog(): Promise<void> {
  for (let quiet = 0, waited = 0; quiet < LOG_QUIET_ROUNDS && waited < LOG_MAX_ROUNDS; waited += 1) {
    const before = engineLog;
    await delay(LOG_ROUND_MS);
    quiet = engineLog === before ? quiet + 1 : 0;
  }
}

function reply(message: WorkerReply): void {
  outbox.reply(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// If memory runs out after all, the kernel ends this process rather than the one that can answer for it.
writeFile('/proc/self/oom_score_adj', '500').catch(() => undefined);
process.on('message', receive);
// Without this a worker would outlive an orchestrator that was killed.
process.on('disconnect', () => process.exit(0));
