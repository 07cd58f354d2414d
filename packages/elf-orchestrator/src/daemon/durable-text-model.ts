import { createHash } from 'node:crypto';
import type { TextModel, TextRequest } from '@parseltongue/isg-core';
import { ElfError } from '../errors.js';
import { type JobResult, JobResultSchema, type JobSpec, MAX_OUTPUT_TOKENS } from '../jobs/job-spec.js';
import type { QueueTask } from '../queue/queue-event.js';
import type { DaemonClient } from './connect-daemon.js';
import type { DaemonPaths } from './daemon-paths.js';
import { type DaemonPortOptions, describeAborted, loadModel } from './daemon-ports.js';
import { openSteadyConnection, type SteadyConnection } from './steady-connection.js';

/** Which model of which daemon a durable port stands for. */
export interface DurableTextModelOptions extends DaemonPortOptions {
  /** Where the daemon lives; it is started where none answers. */
  paths: DaemonPaths;
  /** Arguments of a daemon that is started. */
  launchArguments?: readonly string[];
}

/** A text model whose answers outlive both its daemon and its caller. */
export interface DurableTextModel extends TextModel, AsyncDisposable {
  generate(request: TextRequest): Promise<JobResult>;
}

const MAX_RECONNECTS = 3;

/**
 * Opens a text port whose requests are jobs of the daemon's queue, under a key of all that decides their answer.
 *
 * A daemon that dies is started again and goes on with what it had taken in; the same request, sent again by this or by a
 * later process, is answered from the queue without being generated twice. Prompts and answers stand in the journal of
 * the daemon's state directory. An aborted request cancels its job.
 *
 * @throws ElfError PT_ELF_MODEL_UNKNOWN, PT_ELF_ADMISSION_REFUSED, PT_ELF_DAEMON_UNREACHABLE when none can be started
 */
export async function openDurableTextModel(options: DurableTextModelOptions): Promise<DurableTextModel> {
  const connection = openSteadyConnection(options.paths, options.launchArguments ?? []);
  try {
    const model = await connection.use((client) => loadModel(client, options.model), 1);
    return {
      ...model,
      generate(request) {
        const job = toJob(request, model.id, options.lane);
        return generateDurably(connection, { job, key: nameJob(job, model.modelSha), model }, request);
      },
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

function toJob(request: TextRequest, model: string, lane: DaemonPortOptions['lane']): JobSpec {
  const { maxTokens, prefix, prompt, seed, stop, temperature } = request;
  return {
    model,
    prompt,
    maxTokens: Math.min(maxTokens, MAX_OUTPUT_TOKENS),
    lane: lane ?? 'batch',
    ...(prefix === undefined ? {} : { prefix }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
  };
}

interface DurableJob {
  key: string;
  job: JobSpec;
  model: { id: string; modelSha: string | null };
}

async function generateDurably(
  connection: SteadyConnection,
  { job, key, model }: DurableJob,
  { signal }: TextRequest,
): Promise<JobResult> {
  if (isAborted(signal)) return describeAborted(model.id, model.modelSha);
  const submitted: string[] = [];
  try {
    return await connection.use(async (client) => {
      const { id } = await submitOpen(client, key, job);
      submitted.push(id);
      return takeResult(await awaitEnd(client, id, signal));
    }, MAX_RECONNECTS);
  } catch (error) {
    if (!isAborted(signal)) throw error;
    const id = submitted.at(-1);
    // Whether somebody still works on it or not: nobody waits for it any more.
    if (id !== undefined)
      await connection.use((client) => client.call('jobs.cancel', { id }), 0).catch(() => null);
    return describeAborted(model.id, model.modelSha);
  }
}

function nameJob(job: JobSpec, modelSha: string | null): string {
  const { lane: _, ...deciding } = job;
  return `text-${createHash('sha256')
    .update(JSON.stringify([modelSha, deciding]))
    .digest('hex')}`;
}

// Asked anew each time: a signal changes while a request runs.
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** A job of an earlier run that failed or was cancelled gets fresh attempts. */
async function submitOpen(client: DaemonClient, key: string, job: JobSpec): Promise<QueueTask> {
  const [task] = await client.call('jobs.submit', { key, nodes: [{ name: 'answer', job }] });
  if (task === undefined) throw describeFailure('the daemon took the job and named none');
  return task.state === 'failed' || task.state === 'cancelled'
    ? await client.call('jobs.retry', { id: task.id })
    : task;
}

async function awaitEnd(
  client: DaemonClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<QueueTask> {
  const [task] = await client.call('jobs.wait', { ids: [id] }, signal === undefined ? {} : { signal });
  if (task === undefined) throw describeFailure(`the daemon does not know job ${id} any more`);
  return task;
}

function takeResult({ failures, result, state }: QueueTask): JobResult {
  if (state === 'done') return JobResultSchema.parse(result);
  const last = failures.at(-1);
  throw describeFailure(last === undefined ? `the job is ${state}` : `${last.code}: ${last.message}`);
}

function describeFailure(problem: string): ElfError {
  return new ElfError('PT_ELF_GENERATION_FAILED', {
    message: `The job gave no answer: ${problem}`,
    details: { problem },
  });
}
