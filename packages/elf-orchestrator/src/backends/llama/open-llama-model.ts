import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type AdmissionOptions, admitModel } from '../../admit/admit-model.js';
import { estimateModelMemory } from '../../admit/estimate-memory.js';
import { ElfError } from '../../errors.js';
import { readGgufHeader } from '../../registry/gguf-header.js';
import { hashFile } from '../../registry/hash-file.js';
import type { LoadRequest } from '../../worker/worker-protocol.js';
import type { LlamaTextModel } from './llama-model.js';
import { createLlamaTextModel } from './llama-text-model.js';
import { openWorkerSupervisor } from './worker-supervisor.js';

/** Settings of {@link openLlamaModel}. */
export interface LlamaModelOptions {
  modelPath: string;
  /** Defaults to the file's name. */
  id?: string;
  /** Known sha-256 of the weights; hashed from the file when it is not given. */
  modelSha?: string;
  /** Tokens of prompt and answer together, for each sequence. */
  contextTokens: number;
  /** How many requests run at once, sharing one copy of the weights. */
  sequences?: number;
  /** Threads of the whole worker. More threads than free cores make it slower by orders of magnitude. */
  threads?: number;
  /** `auto` uses the chat template of the model's file where there is one; `raw` sends the prompt as it is. */
  promptFormat?: 'auto' | 'raw';
  /** Checks every weight while loading; slower, and finds files that load but cannot compute. */
  checkTensors?: boolean;
  /** What the model is asked for: text, vectors of texts, or scores of documents. */
  purpose?: 'text' | 'embedding' | 'ranking';
  /** Layers to put on a graphics processor; 0 by default. */
  gpuLayers?: number;
  /** Where prefixes that requests share are kept while the model is open; a private temporary directory by default. */
  stateRoot?: string;
  admission?: AdmissionOptions;
  loadTimeoutMs?: number;
  heartbeatMs?: number;
  /** Silence after which a worker is ended and its requests fail. */
  silenceLimitMs?: number;
  /** Cancels the load; later requests carry their own signal. */
  signal?: AbortSignal;
}

const DEFAULT_LOAD_TIMEOUT_MS = 120_000;
const DEFAULT_HEARTBEAT_MS = 1_000;
const DEFAULT_SILENCE_LIMIT_MS = 15_000;

/**
 * Loads a GGUF model in a worker process of its own; the engine's native code never runs in this process.
 *
 * The header is checked in TypeScript and the memory is measured before anything native sees the file. When the worker
 * dies, its requests fail with PT_ELF_WORKER_DIED and the next request loads the model again, three times a minute at most.
 *
 * @throws ElfError PT_ELF_MODEL_REFUSED, PT_ELF_ADMISSION_REFUSED, PT_ELF_ENGINE_MISSING, PT_ELF_MODEL_LOAD_FAILED,
 * PT_ELF_WORKER_DIED, PT_ELF_REQUEST_INVALID
 */
export async function openLlamaModel(options: LlamaModelOptions): Promise<LlamaTextModel> {
  const load = createLoadRequest(options);
  const file = basename(options.modelPath);
  const checked = await readGgufHeader(options.modelPath);
  if (!checked.ok) {
    const { code, message, subject } = checked.refusal;
    throw new ElfError('PT_ELF_MODEL_REFUSED', {
      message: `${file} is refused: ${message}. Download the model again, or pick another one`,
      details: { file, reason: code, subject },
    });
  }
  const { header } = checked;
  const estimate = estimateModelMemory(header, load);
  const modelSha = options.modelSha ?? (await hashFile(options.modelPath, options.signal));
  const stateDir = await mkdtemp(join(options.stateRoot ?? tmpdir(), 'prefixes-'));
  const supervisor = openWorkerSupervisor({
    file,
    // Quantized weights are repacked on load; mapped pages would stay resident beside the copy.
    load: { ...load, stateDir, useMmap: !header.isQuantized },
    loadTimeoutMs: options.loadTimeoutMs ?? DEFAULT_LOAD_TIMEOUT_MS,
    heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
    silenceLimitMs: options.silenceLimitMs ?? DEFAULT_SILENCE_LIMIT_MS,
    admit: () => admitModel(file, estimate, options.admission ?? {}),
  });
  const removeStates = () => rm(stateDir, { recursive: true, force: true });
  try {
    await supervisor.ensure(options.signal);
  } catch (error) {
    await removeStates();
    throw error;
  }
  return createLlamaTextModel({
    id: options.id ?? file,
    modelSha,
    header,
    estimate,
    supervisor,
    removeStates,
  });
}

function createLoadRequest(options: LlamaModelOptions): LoadRequest {
  const { contextTokens, sequences = 1, threads = 1 } = options;
  assertPositive({ contextTokens, sequences, threads });
  return {
    type: 'load',
    modelPath: options.modelPath,
    contextTokens,
    sequences,
    threads,
    useMmap: false,
    checkTensors: options.checkTensors ?? false,
    promptFormat: options.promptFormat ?? 'auto',
    purpose: options.purpose ?? 'text',
    gpuLayers: options.gpuLayers ?? 0,
    stateDir: null,
  };
}

function assertPositive(values: Record<string, number>): void {
  for (const [field, value] of Object.entries(values)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new ElfError('PT_ELF_REQUEST_INVALID', {
      message: `${field} is ${value}. Give a whole number above zero`,
      details: { field, problem: 'not a whole number above zero' },
    });
  }
}
