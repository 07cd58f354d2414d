import { createHash } from 'node:crypto';
import { estimateTokenCount } from '@parseltongue/isg-core';
import { z } from 'zod';
import { type GenerateParams, GenerateParamsSchema, type JobResult } from '../jobs/job-spec.js';
import { runGeneration } from '../jobs/run-generation.js';
import { type CallContext, defineMethod } from '../rpc/method.js';
import { type ModelRequest, runOnModel } from '../schedule/run-on-model.js';
import { createOutputChecker } from '../structured/output-schema.js';
import type { DaemonParts } from './daemon-parts.js';
import { nameModel } from './name-model.js';
import { observeGeneration } from './observe-generation.js';

const TextSchema = z.string().max(4_194_304);
const ModelSchema = z.string().min(1).max(128).optional();
const EmbedParamsSchema = z.strictObject({
  model: ModelSchema,
  texts: z.array(TextSchema.min(1)).max(4_096),
});
const RerankParamsSchema = z.strictObject({
  model: ModelSchema,
  query: TextSchema.min(1),
  documents: z.array(TextSchema).max(4_096),
});
const TokenizeParamsSchema = z.strictObject({
  model: ModelSchema,
  text: TextSchema,
  /** Counts the prompt as a generation would, template and special tokens included. */
  isPrompt: z.boolean().optional(),
});

/** Methods that ask a model something and wait for the answer. */
export function createTextMethods(parts: DaemonParts) {
  return {
    generate: defineMethod(GenerateParamsSchema, (params, context) => generate(parts, params, context)),
    embed: defineMethod(EmbedParamsSchema, async ({ model, texts }, { signal }) => {
      const vectors = await runOnModel(parts.scheduler, createRequest(parts, model, signal), (loaded) =>
        loaded.embed(texts),
      );
      return { vectors: vectors.map((vector) => [...vector]) };
    }),
    rerank: defineMethod(RerankParamsSchema, async ({ documents, model, query }, { signal }) => ({
      scores: await runOnModel(parts.scheduler, createRequest(parts, model, signal), (loaded) =>
        loaded.rerank(query, documents),
      ),
    })),
    tokenize: defineMethod(TokenizeParamsSchema, (params, { signal }) =>
      runOnModel(parts.scheduler, createRequest(parts, params.model, signal), async (loaded) => {
        if (params.isPrompt === true)
          return { tokens: null, count: await loaded.countPromptTokens(params.text) };
        const tokens = await loaded.tokenize(params.text);
        return { tokens, count: tokens.length };
      }),
    ),
  };
}

async function generate(
  parts: DaemonParts,
  params: GenerateParams,
  { notify, signal }: CallContext,
): Promise<JobResult & { queuedMs: number }> {
  // A schema that cannot be checked is refused before anything waits for a model.
  if (params.schema !== undefined) createOutputChecker(params.schema);
  const { lane = 'interactive', prefix = '', priority = 0, streamId } = params;
  const addedAt = performance.now();
  let index = 0;
  const onDelta =
    streamId === undefined
      ? undefined
      : (text: string) => notify('delta', { streamId, index: index++, text });
  const request: ModelRequest = {
    ...createRequest(parts, params.model, signal),
    lane,
    priority,
    contextTokens: estimateTokenCount(prefix + params.prompt) + params.maxTokens,
    prefixKey: prefix === '' ? null : createHash('sha256').update(prefix).digest('hex'),
    ...(streamId === undefined ? {} : { onPlace: (place) => notify('queued', { streamId, ...place }) }),
  };
  return runOnModel(parts.scheduler, request, async (model) => {
    const queuedMs = performance.now() - addedAt;
    const result = await runGeneration(model, params, { signal, onDelta });
    observeGeneration(parts.metrics, { model: model.id, lane, queuedMs, result });
    return { ...result, queuedMs };
  });
}

function createRequest(parts: DaemonParts, model: string | undefined, signal: AbortSignal): ModelRequest {
  const name = nameModel(parts, model);
  return { model: name, lane: 'interactive', priority: 0, contextTokens: 0, prefixKey: null, signal };
}
