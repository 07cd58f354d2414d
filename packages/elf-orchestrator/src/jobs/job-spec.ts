import { z } from 'zod';

/** Tokens an answer may have at most. */
export const MAX_OUTPUT_TOKENS = 4_096;
const MAX_PROMPT_CHARS = 4_194_304;
const MAX_NODES = 10_000;

const GenerateFields = {
  /** Id of an installed model; the default model when it is not given. */
  model: z.string().min(1).max(128).optional(),
  /** Shared by the jobs of a batch, so that it is evaluated once. */
  prefix: z.string().max(MAX_PROMPT_CHARS).optional(),
  prompt: z.string().min(1).max(MAX_PROMPT_CHARS),
  maxTokens: z.int().min(1).max(MAX_OUTPUT_TOKENS),
  stop: z.array(z.string().min(1).max(256)).max(32).optional(),
  temperature: z.number().min(0).max(5).optional(),
  seed: z.int().nonnegative().optional(),
  /** A JSON schema; the answer is validated against it and asked for again when it does not follow. */
  schema: z.record(z.string(), z.json()).optional(),
  deadlineMs: z.int().min(1).max(86_400_000).optional(),
  priority: z.int().min(-100).max(100).optional(),
};

/** One generation that a client waits for. */
export const GenerateParamsSchema = z.strictObject({
  ...GenerateFields,
  lane: z.enum(['interactive', 'batch']).optional(),
  /** Sends `delta` and `queued` notifications under this name while the request is worked on. */
  streamId: z.string().min(1).max(64).optional(),
});
export type GenerateParams = z.infer<typeof GenerateParamsSchema>;

/** One durable job. */
export const JobSpecSchema = z.strictObject({
  ...GenerateFields,
  lane: z.enum(['interactive', 'batch']).optional(),
  maxRetries: z.int().min(0).max(3).optional(),
  /** Names of jobs in the same graph that must be done first; `{{name}}` in the prompt stands for their text. */
  after: z.array(z.string().min(1).max(512)).max(256).optional(),
  /** Writes prompt, answer and provenance into the task's directory. */
  hasArtifacts: z.boolean().optional(),
});
export type JobSpec = z.infer<typeof JobSpecSchema>;

/** Jobs with their dependencies; submitting the same key again answers the same jobs. */
export const JobGraphSchema = z.strictObject({
  key: z.string().min(1).max(256).optional(),
  nodes: z
    .array(z.strictObject({ name: z.string().regex(/^[^/{}]{1,128}$/), job: JobSpecSchema }))
    .min(1)
    .max(MAX_NODES),
});
export type JobGraph = z.infer<typeof JobGraphSchema>;

/** Where a result came from. */
const ProvenanceSchema = z.strictObject({
  model: z.string(),
  modelSha: z.string().nullable(),
  engineRelease: z.string(),
  temperature: z.number(),
  seed: z.int().nullable(),
  /** sha-256 of prefix and prompt together. */
  promptHash: z.string(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** Generations that were made for it, invalid ones included. */
  attempts: z.int(),
});

/** The answer of a generation. */
export const JobResultSchema = z.strictObject({
  text: z.string(),
  /** The parsed answer where a schema was asked for, null otherwise. */
  json: z.json().nullable(),
  finishReason: z.enum(['stop', 'length', 'aborted']),
  inputTokens: z.int(),
  outputTokens: z.int(),
  reusedTokens: z.int(),
  prefillMs: z.number(),
  decodeMs: z.number(),
  durationMs: z.number(),
  provenance: ProvenanceSchema,
});
export type JobResult = z.infer<typeof JobResultSchema>;
