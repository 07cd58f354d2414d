import { z } from 'zod';

const IdSchema = z.int().positive();

/** Everything the worker needs to load one model and its context. */
export const LoadRequestSchema = z.strictObject({
  type: z.literal('load'),
  modelPath: z.string().min(1),
  contextTokens: z.int().positive(),
  sequences: z.int().positive(),
  threads: z.int().positive(),
  useMmap: z.boolean(),
  checkTensors: z.boolean(),
  promptFormat: z.enum(['auto', 'raw']),
  /** Embedding and ranking models answer with numbers and need a context of their own kind. */
  purpose: z.enum(['text', 'embedding', 'ranking']),
  /** Layers on the graphics processor; 0 keeps everything on the CPU. */
  gpuLayers: z.int().nonnegative(),
  /** A private directory for saved prefixes; null saves none. */
  stateDir: z.string().min(1).nullable(),
});
export type LoadRequest = z.infer<typeof LoadRequestSchema>;

/** One generation; ids are unique for the life of a worker. */
export const GenerateRequestSchema = z.strictObject({
  type: z.literal('generate'),
  id: IdSchema,
  prompt: z.string(),
  /** How many characters of the prompt other requests share. */
  prefixChars: z.int().nonnegative(),
  maxTokens: z.int().positive(),
  stop: z.array(z.string().min(1)),
  temperature: z.number().nonnegative(),
  seed: z.int().nonnegative().nullable(),
  isStreaming: z.boolean(),
  /** A JSON schema that the text must follow, as far as a grammar can say it. */
  schema: z.json().nullable(),
});
export type GenerateRequest = z.infer<typeof GenerateRequestSchema>;

/** Messages from the orchestrator to a worker. */
export const WorkerRequestSchema = z.discriminatedUnion('type', [
  LoadRequestSchema,
  GenerateRequestSchema,
  z.strictObject({ type: z.literal('abort'), id: IdSchema }),
  z.strictObject({ type: z.literal('tokenize'), id: IdSchema, text: z.string(), isPrompt: z.boolean() }),
  z.strictObject({ type: z.literal('embed'), id: IdSchema, text: z.string() }),
  z.strictObject({
    type: z.literal('rank'),
    id: IdSchema,
    query: z.string(),
    documents: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('drop-prefixes'), id: IdSchema }),
  z.strictObject({ type: z.literal('ping'), id: IdSchema }),
]);
export type WorkerRequest = z.infer<typeof WorkerRequestSchema>;

/** Facts about a model that is loaded. */
export const ModelFactsSchema = z.strictObject({
  engineRelease: z.string(),
  contextTokens: z.int().positive(),
  trainContextTokens: z.int().positive(),
  sequences: z.int().positive(),
  threads: z.int().positive(),
  usesChatTemplate: z.boolean(),
  /** Layers that really are on the graphics processor. */
  gpuLayers: z.int().nonnegative(),
  /** Length of this model's vectors, null when it makes none. */
  dimension: z.int().positive().nullable(),
  loadMs: z.number().nonnegative(),
});
export type WorkerModelFacts = z.infer<typeof ModelFactsSchema>;

/** One finished generation with the times of its phases. */
const GeneratedSchema = z.strictObject({
  type: z.literal('generated'),
  id: IdSchema,
  text: z.string(),
  finishReason: z.enum(['stop', 'length', 'aborted']),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  /** Tokens of the prompt that were still in the sequence and were not evaluated again. */
  reusedTokens: z.int().nonnegative(),
  queuedMs: z.number().nonnegative(),
  /** Until the first token. */
  prefillMs: z.number().nonnegative(),
  /** From the first token to the last. */
  decodeMs: z.number().nonnegative(),
});

/** Messages from a worker to the orchestrator. */
export const WorkerReplySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('loaded'), facts: ModelFactsSchema }),
  z.strictObject({
    type: z.literal('load-failed'),
    reason: z.enum(['engine_missing', 'tensor_data_invalid', 'engine_error']),
    problem: z.string(),
  }),
  GeneratedSchema,
  z.strictObject({
    type: z.literal('prompt-too-long'),
    id: IdSchema,
    promptTokens: z.int().nonnegative(),
    maxTokens: z.int().positive(),
    contextTokens: z.int().positive(),
  }),
  z.strictObject({ type: z.literal('failed'), id: IdSchema, problem: z.string() }),
  /** Pieces of text, in order, of any number of generations. */
  z.strictObject({
    type: z.literal('deltas'),
    pieces: z.array(z.strictObject({ id: IdSchema, text: z.string() })),
  }),
  z.strictObject({ type: z.literal('tokenized'), id: IdSchema, tokens: z.array(z.int().nonnegative()) }),
  z.strictObject({ type: z.literal('embedded'), id: IdSchema, vector: z.array(z.number()) }),
  z.strictObject({ type: z.literal('ranked'), id: IdSchema, scores: z.array(z.number()) }),
  z.strictObject({ type: z.literal('dropped'), id: IdSchema }),
  z.strictObject({ type: z.literal('pong'), id: IdSchema }),
  z.strictObject({ type: z.literal('protocol-error'), problem: z.string() }),
]);
export type WorkerReply = z.infer<typeof WorkerReplySchema>;
