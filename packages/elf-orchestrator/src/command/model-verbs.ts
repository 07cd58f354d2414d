import type { DaemonParams } from '../daemon/connect-daemon.js';
import { ElfError } from '../errors.js';
import { ModelServerSchema, ModelSettingsSchema } from '../registry/installed-model.js';
import { findModel } from '../registry/model-table.js';
import { type Command, hasSwitch, readName, readNumber, readText } from './parse-command.js';
import { describeKnown, renderModels } from './render-models.js';
import type { Verb, VerbResult } from './verb.js';

type Install = DaemonParams<'models.install'>;
const MEBIBYTE = 1_048_576;

/** Verbs about models. */
export const MODEL_VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['models list', listModels],
  ['models show', show],
  ['models install', install],
  ['models verify', verify],
  [
    'models load',
    async (command, { client }) => {
      const data = await client.call('models.load', named(command));
      return { data, text: data.status, exitCode: data.status === 'ready' ? 0 : 1 };
    },
  ],
  [
    'models unload',
    async (command, { client }) => {
      const data = await client.call('models.unload', named(command));
      return { data, text: data.isUnloaded ? 'unloaded' : 'was not loaded' };
    },
  ],
  ['models pin', (command, context) => pin(command, context, true)],
  ['models unpin', (command, context) => pin(command, context, false)],
  [
    'models remove',
    async (command, { client }) => {
      const data = await client.call('models.remove', named(command));
      return { data, text: `removed ${data.id}` };
    },
  ],
  [
    'models estimate',
    async (command, { client }) => asJson(await client.call('models.estimate', named(command))),
  ],
  ['models bench', bench],
]);

async function listModels(...[, { client }]: Parameters<Verb>): Promise<VerbResult> {
  const data = await client.call('models.list', {});
  return { data, text: renderModels(data) };
}

/** What is installed under the name, else what the model table knows. */
async function show(...[command, { client }]: Parameters<Verb>): Promise<VerbResult> {
  const { id } = named(command);
  try {
    return asJson(await client.call('models.show', { id }));
  } catch (error) {
    const known = findModel(id);
    if (known === null || !ElfError.isInstance(error) || error.code !== 'PT_ELF_MODEL_UNKNOWN') throw error;
    return asJson(describeKnown(known));
  }
}

async function install(...[command, context]: Parameters<Verb>): Promise<VerbResult> {
  const { client, writeOut } = context;
  const params: Install = {
    ...named(command),
    source: readSource(command),
    settings: readSettings(command),
    trustFirstUse: hasSwitch(command, 'trust-first-use'),
  };
  const sha256 = readText(command, 'sha256');
  const stopListening = client.onEvent((event) => {
    if (event.type !== 'install-progress' || hasSwitch(command, 'json')) return;
    const { etaMs, receivedBytes, totalBytes } = event;
    const total = totalBytes === null ? '?' : (totalBytes / MEBIBYTE).toFixed(0);
    const eta = etaMs === null ? '' : `, ${Math.round(etaMs / 1_000)} s to go`;
    writeOut(`${(receivedBytes / MEBIBYTE).toFixed(0)} of ${total} MiB${eta}\n`);
  });
  try {
    const model = await client.call('models.install', sha256 === undefined ? params : { ...params, sha256 });
    return {
      data: model,
      text: `installed ${model.id}, sha-256 ${model.sha256 ?? 'unknown'} (${model.trust})`,
    };
  } finally {
    stopListening();
  }
}

async function verify(...[command, { client }]: Parameters<Verb>): Promise<VerbResult> {
  const data = await client.call('models.verify', named(command));
  const { verification } = data;
  if (!verification.isPassed)
    return {
      data,
      text: `failed: ${verification.failureCode ?? ''}: ${verification.message ?? ''}`,
      exitCode: 1,
    };
  return { data, text: `passed, ${verification.decodeTokensPerSecond?.toFixed(1) ?? '?'} tokens/s` };
}

async function bench(...[command, { client, signal }]: Parameters<Verb>): Promise<VerbResult> {
  const tokens = readNumber(command, 'tokens');
  const params = tokens === undefined ? named(command) : { ...named(command), tokens };
  const data = await client.call('models.bench', params, { signal });
  const rows = data.rounds.map(
    ({ agents, medianFirstTokenMs, perAgentTokensPerSecond, totalTokensPerSecond }) =>
      `${agents} agents: ${totalTokensPerSecond.toFixed(1)} tokens/s in total, ${perAgentTokensPerSecond.toFixed(1)} each, first token after ${medianFirstTokenMs.toFixed(0)} ms`,
  );
  const guess = data.estimate?.decodeTokensPerSecond ?? null;
  const beside =
    guess === null
      ? 'no estimate in the model table'
      : `estimate of the model table: ${guess} tokens/s an agent`;
  return { data, text: [...rows, beside].join('\n') };
}

async function pin(command: Command, context: Parameters<Verb>[1], isPinned: boolean): Promise<VerbResult> {
  const data = await context.client.call('models.pin', { ...named(command), isPinned });
  return { data, text: isPinned ? `${data.id} stays loaded` : `${data.id} may be evicted` };
}

function readSource(command: Command): Install['source'] {
  const file = readText(command, 'file');
  if (file !== undefined) return { kind: 'file', path: file };
  const url = readText(command, 'url');
  if (url !== undefined) return { kind: 'url', url };
  const server = readText(command, 'server');
  if (server === undefined) {
    throw new ElfError('PT_ELF_REQUEST_INVALID', {
      message: 'The installation has no source. Give --file, --url or --server',
      details: { field: 'source', problem: 'missing' },
    });
  }
  return {
    kind: 'server',
    server: {
      preset: ModelServerSchema.shape.preset.parse(readText(command, 'preset') ?? 'openai'),
      baseUrl: server,
      model: readText(command, 'server-model') ?? readName(command, 'model'),
      maxConcurrency: readNumber(command, 'sequences') ?? 1,
      isRemoteAllowed: false,
    },
  };
}

function readSettings(command: Command): NonNullable<Install['settings']> {
  const purpose = readText(command, 'purpose');
  const numbers = {
    contextTokens: readNumber(command, 'context'),
    sequences: readNumber(command, 'sequences'),
    threads: readNumber(command, 'threads'),
    gpuLayers: readNumber(command, 'gpu-layers'),
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  const settings = Object.fromEntries(given) as NonNullable<Install['settings']>;
  if (purpose !== undefined) settings.purpose = ModelSettingsSchema.shape.purpose.parse(purpose);
  return settings;
}

function named(command: Command): { id: string } {
  return { id: readName(command, 'model') };
}

function asJson(data: unknown): VerbResult {
  return { data, text: JSON.stringify(data, null, 2) };
}
