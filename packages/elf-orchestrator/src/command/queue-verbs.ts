import { readFile } from 'node:fs/promises';
import { ElfError } from '../errors.js';
import type { JobSpec } from '../jobs/job-spec.js';
import { type QueueTask, QueueTaskStateSchema } from '../queue/queue-event.js';
import { type Command, hasSwitch, readName, readNumber, readText } from './parse-command.js';
import type { Verb, VerbResult } from './verb.js';

const DEFAULT_MAX_TOKENS = 256;
const SHOWN_CHARS = 60;

/** Verbs about jobs and answers. */
export const QUEUE_VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['enqueue', enqueue],
  [
    'run-next',
    async (command, { client }) => {
      const id = readText(command, 'id');
      const task = await client.call('queue.runNext', id === undefined ? {} : { id });
      return task === null ? { data: null, text: 'nothing is held' } : showTask(task);
    },
  ],
  ['list', list],
  [
    'show',
    async (command, { client }) => {
      const id = readName(command, 'task');
      const { place, task } = await client.call('jobs.get', { id });
      if (task === null) return { data: null, text: `no task ${id}`, exitCode: 1 };
      const { data, text } = showTask(task);
      const where =
        place === null ? '' : `\nposition ${place.position}, about ${String(place.etaMs)} ms to go`;
      return { data: { task: data, place }, text: text + where };
    },
  ],
  [
    'retry',
    async (command, { client }) =>
      showTask(await client.call('jobs.retry', { id: readName(command, 'task') })),
  ],
  [
    'cancel',
    async (command, { client }) =>
      showTask(await client.call('jobs.cancel', { id: readName(command, 'task') })),
  ],
  ['generate', generate],
  [
    'metrics',
    async (command, { client }) => {
      const format = readText(command, 'format') === 'prometheus' ? 'prometheus' : 'json';
      const answer = await client.call('system.metrics', { format });
      return {
        data: answer,
        text: 'text' in answer ? answer.text.trim() : JSON.stringify(answer.snapshot, null, 2),
      };
    },
  ],
  [
    'vram',
    async (_, { client }) => {
      const data = await client.call('debug.vram', {});
      return { data, text: JSON.stringify(data, null, 2) };
    },
  ],
]);

async function enqueue(...[command, { client }]: Parameters<Verb>): Promise<VerbResult> {
  const job = await readJob(command);
  const key = readText(command, 'key');
  if (!hasSwitch(command, 'run')) {
    const task = await client.call('queue.enqueue', { job, ...(key === undefined ? {} : { key }) });
    return { data: task, text: task.id };
  }
  const [task] = await client.call('jobs.submit', {
    nodes: [{ name: 'job', job }],
    ...(key === undefined ? {} : { key }),
  });
  return { data: task ?? null, text: task?.id ?? '' };
}

async function list(...[command, { client }]: Parameters<Verb>): Promise<VerbResult> {
  const state = readText(command, 'state');
  const states = state === undefined ? {} : { states: [QueueTaskStateSchema.parse(state)] };
  const tasks = await client.call('jobs.list', states);
  const lines = tasks.map((task) => `${task.id}\t${task.kind}\t${task.state}\t${describeOutcome(task)}`);
  return { data: tasks, text: lines.length === 0 ? 'no tasks' : lines.join('\n') };
}

async function generate(...[command, context]: Parameters<Verb>): Promise<VerbResult> {
  const isJson = hasSwitch(command, 'json');
  const { client, signal, writeOut } = context;
  const { hasArtifacts: _artifacts, after: _after, maxRetries: _retries, ...job } = await readJob(command);
  const listeners = isJson ? { signal } : { signal, onDelta: writeOut };
  const data = await client.generate(job, listeners);
  return { data, text: '' };
}

async function readJob(command: Command): Promise<JobSpec> {
  const file = readText(command, 'prompt-file');
  const prompt = file === undefined ? readText(command, 'prompt') : await readFile(file, 'utf8');
  if (prompt === undefined) {
    throw new ElfError('PT_ELF_REQUEST_INVALID', {
      message: 'The job has no prompt. Give --prompt or --prompt-file',
      details: { field: 'prompt', problem: 'missing' },
    });
  }
  const model = readText(command, 'model');
  const maxTokens = readNumber(command, 'max-tokens') ?? DEFAULT_MAX_TOKENS;
  return { prompt, maxTokens, ...(model === undefined ? {} : { model }) };
}

function showTask(task: QueueTask): VerbResult {
  const text = `${task.id} ${task.state}${describeOutcome(task) === '' ? '' : `\n${describeOutcome(task)}`}`;
  return { data: task, text, exitCode: task.state === 'failed' ? 1 : 0 };
}

function describeOutcome({ failures, result, state }: QueueTask): string {
  const failure = failures.at(-1);
  if (state === 'failed' && failure !== undefined) return `${failure.code}: ${failure.message}`;
  const answer = typeof result === 'object' && result !== null && 'text' in result ? result['text'] : '';
  const text = typeof answer === 'string' ? answer : '';
  return text.replace(/\s+/g, ' ').slice(0, SHOWN_CHARS);
}
