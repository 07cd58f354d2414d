import { z } from 'zod';

/** A server that runs a model in place of a worker of ours. */
export const ModelServerSchema = z.strictObject({
  preset: z.enum(['openai', 'ollama', 'llama-server', 'lm-studio', 'vllm', 'ray-serve']),
  /** The API's root. */
  baseUrl: z.url(),
  /** The model's name on the server. */
  model: z.string().min(1),
  maxConcurrency: z.int().min(1).max(256),
  isRemoteAllowed: z.boolean(),
});
export type ModelServer = z.infer<typeof ModelServerSchema>;

/** How a model is loaded. */
export const ModelSettingsSchema = z.strictObject({
  purpose: z.enum(['text', 'embedding', 'ranking']),
  contextTokens: z.int().min(64).max(1_048_576),
  sequences: z.int().min(1).max(64),
  threads: z.int().min(1).max(256),
  gpuLayers: z.int().min(0).max(4_096),
});
export type ModelSettings = z.infer<typeof ModelSettingsSchema>;

/** What the latest verification found. */
export const VerificationRecordSchema = z.strictObject({
  at: z.number(),
  isPassed: z.boolean(),
  failureCode: z.string().nullable(),
  message: z.string().nullable(),
  engineRelease: z.string().nullable(),
  threads: z.int(),
  loadMs: z.number().nullable(),
  prefillTokensPerSecond: z.number().nullable(),
  decodeTokensPerSecond: z.number().nullable(),
});
export type VerificationRecord = z.infer<typeof VerificationRecordSchema>;

/** Measured memory of a loaded model; the next estimate builds on it. */
const CalibrationSchema = z.strictObject({
  at: z.number(),
  /** Worker and weights, without the key-value cache. */
  fixedBytes: z.int().nonnegative(),
});

/** One model of this machine. Its weights are a file of its own, a linked file, or behind a server. */
export const InstalledModelSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,127}$/),
  state: z.enum(['downloaded', 'verified', 'quarantined']),
  /** Absolute path of the weights; null for a model behind a server. */
  path: z.string().nullable(),
  /** True when the registry owns the file and removes it with the model. */
  isOwned: z.boolean(),
  server: ModelServerSchema.nullable(),
  sha256: z.string().nullable(),
  /** Whether the digest was known before the weights arrived, or was recorded from them. */
  trust: z.enum(['expected', 'first_use', 'server']),
  sizeBytes: z.int().nonnegative(),
  isPinned: z.boolean(),
  settings: ModelSettingsSchema,
  verification: VerificationRecordSchema.nullable(),
  calibration: CalibrationSchema.nullable(),
});
export type InstalledModel = z.infer<typeof InstalledModelSchema>;

/** The registry's file. */
export const RegistryFileSchema = z.strictObject({
  contract: z.literal('pt.models/1'),
  models: z.array(InstalledModelSchema),
});
