import type { Embedder, Reranker, TextModel, TextRequest } from '@parseltongue/isg-core';
import { ElfError } from '../errors.js';
import { type JobResult, MAX_OUTPUT_TOKENS } from '../jobs/job-spec.js';
import type { DaemonClient } from './connect-daemon.js';

/** Which model of the daemon a port stands for. */
export interface DaemonPortOptions {
  /** Id or alias; the daemon's default model when it is not given. */
  model?: string;
  /** Work that nobody watches leaves the way free for work that somebody does. */
  lane?: 'interactive' | 'batch';
}

/** A text model that a daemon runs, with the origin of each answer. */
export interface DaemonTextModel extends TextModel {
  generate(request: TextRequest): Promise<JobResult>;
}

/**
 * Opens the text port of a model that a daemon runs.
 *
 * The model is loaded now, so that its digest and the number of requests it runs at once are known.
 *
 * @throws ElfError PT_ELF_MODEL_UNKNOWN, PT_ELF_ADMISSION_REFUSED and what loading throws
 */
export async function openDaemonTextModel(
  client: DaemonClient,
  options: DaemonPortOptions = {},
): Promise<DaemonTextModel> {
  const { id, maxConcurrency, modelSha } = await loadModel(client, options.model);
  return {
    id,
    modelSha,
    maxConcurrency,
    async generate(request) {
      const { maxTokens, prefix, prompt, seed, signal, stop, temperature } = request;
      const params = {
        model: id,
        prompt,
        maxTokens: Math.min(maxTokens, MAX_OUTPUT_TOKENS),
        lane: options.lane ?? ('batch' as const),
        ...(prefix === undefined ? {} : { prefix }),
        ...(stop === undefined ? {} : { stop: [...stop] }),
        ...(temperature === undefined ? {} : { temperature }),
        ...(seed === undefined ? {} : { seed }),
      };
      try {
        return await client.generate(params, signal === undefined ? {} : { signal });
      } catch (error) {
        if (signal?.aborted === true) return describeAborted(id, modelSha);
        throw error;
      }
    },
  };
}

/** Opens the embedding port of a model that was installed to embed; one short text is embedded to learn the dimension. */
export async function openDaemonEmbedder(
  client: DaemonClient,
  options: DaemonPortOptions = {},
): Promise<Embedder> {
  const { id } = await loadModel(client, options.model);
  const embed = async (texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> => {
    const call = signal === undefined ? {} : { signal };
    const { vectors } = await client.call('embed', { model: id, texts: [...texts] }, call);
    return vectors.map((vector) => Float32Array.from(vector));
  };
  const [probe] = await embed(['a']);
  return { id, dimension: probe?.length ?? 0, embed: (texts, { signal } = {}) => embed(texts, signal) };
}

/** Opens the ranking port of a model that was installed to rank. */
export async function openDaemonReranker(
  client: DaemonClient,
  options: DaemonPortOptions = {},
): Promise<Reranker> {
  const { id } = await loadModel(client, options.model);
  return {
    id,
    async rerank(query, documents, { signal } = {}) {
      const call = signal === undefined ? {} : { signal };
      const { scores } = await client.call('rerank', { model: id, query, documents: [...documents] }, call);
      return scores;
    },
  };
}

/** Loads a model, so that its digest and the number of requests it runs at once are known. */
export async function loadModel(
  client: DaemonClient,
  name: string | undefined,
): Promise<{ id: string; modelSha: string | null; maxConcurrency: number }> {
  const wanted = name ?? (await client.call('system.info', {})).defaultModel;
  const { id, sha256 } = await client.call('models.show', { id: wanted });
  const outcome = await client.call('models.load', { id });
  if (outcome.status === 'ready') return { id, modelSha: sha256, maxConcurrency: outcome.plan.sequences };
  const { refusal } = outcome;
  throw new ElfError('PT_ELF_ADMISSION_REFUSED', {
    message: `${wanted} does not fit beside what is loaded. Unload or unpin another model, or wait`,
    details: refusal,
    retryable: outcome.status === 'waiting',
  });
}

/** The empty answer of a request that was aborted. */
export function describeAborted(model: string, modelSha: string | null): JobResult {
  const tokens = { inputTokens: 0, outputTokens: 0 };
  return {
    text: '',
    json: null,
    finishReason: 'aborted',
    ...tokens,
    reusedTokens: 0,
    prefillMs: 0,
    decodeMs: 0,
    durationMs: 0,
    provenance: {
      ...{ model, modelSha, engineRelease: '', temperature: 0, seed: null, promptHash: '' },
      ...tokens,
      attempts: 0,
    },
  };
}
