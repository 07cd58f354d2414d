import { estimateModelMemory, type MemoryEstimate } from '../admit/estimate-memory.js';
import type { MemoryNeed } from '../admit/plan-load.js';
import { openLlamaModel } from '../backends/llama/open-llama-model.js';
import type { LoadPlan, LocalModel } from '../backends/local-model.js';
import { openHttpModel } from '../backends/openai-http/open-http-model.js';
import { ElfError } from '../errors.js';
import type { FleetModel } from '../fleet/model-fleet.js';
import type { GgufHeader } from '../registry/gguf-header.js';
import { readGgufHeader } from '../registry/gguf-header.js';
import type { InstalledModel } from '../registry/installed-model.js';
import type { ModelRegistry } from '../registry/model-registry.js';
import type { DaemonOptions, OpenInstalledModel } from './daemon-options.js';

/** What a model is expected to take: by its header, and by what it took before. */
export interface ModelEstimate {
  plan: LoadPlan;
  estimate: MemoryEstimate;
  /** Null before the first load. */
  calibratedBytes: number | null;
  /** The larger of the two; admission uses it. */
  needBytes: number;
}

/** Describes installed models to the fleet. */
export interface ModelResolver {
  resolve(id: string, minContextTokens: number): Promise<FleetModel>;
  estimate(id: string): Promise<ModelEstimate>;
}

/** Creates a resolver over a registry. */
export function createModelResolver(
  registry: ModelRegistry,
  options: { daemon: DaemonOptions; limitBytes: number },
): ModelResolver {
  const open = options.daemon.openModel ?? createOpener(options.daemon);
  return {
    async resolve(id, minContextTokens) {
      const model = assertUsable(registry.get(id));
      const header = await readHeader(model);
      return {
        id: model.id,
        plan: planOf(model),
        minContextTokens,
        needOf: (plan) => needOf(model, header, plan),
        open: (plan, signal) => open(model, plan, { signal, limitBytes: options.limitBytes }),
        noteMeasured: async (plan, measuredBytes) => {
          const fixedBytes = Math.max(0, measuredBytes - (header === null ? 0 : kvOf(header, plan)));
          await registry.update(model.id, { calibration: { at: Date.now(), fixedBytes } });
        },
      };
    },
    async estimate(id) {
      const model = registry.get(id);
      const header = await readHeader(model);
      const plan = planOf(model);
      const estimate = estimateOf(header, plan);
      return { plan, estimate, ...calibrate(model, header, { plan, estimate }) };
    },
  };
}

/** Layers that leave the CPU leave its memory too. */
function needOf(model: InstalledModel, header: GgufHeader | null, plan: LoadPlan): MemoryNeed {
  const estimate = estimateOf(header, plan);
  const { needBytes } = calibrate(model, header, { plan, estimate });
  const share = header === null ? 0 : Math.min(1, plan.gpuLayers / Math.max(1, header.layerCount));
  return { needBytes, vramBytes: Math.ceil((estimate.weightsBytes + estimate.kvCacheBytes) * share) };
}

function calibrate(
  model: InstalledModel,
  header: GgufHeader | null,
  { estimate, plan }: { plan: LoadPlan; estimate: MemoryEstimate },
): { calibratedBytes: number | null; needBytes: number } {
  const calibratedBytes =
    model.calibration === null
      ? null
      : model.calibration.fixedBytes + (header === null ? 0 : kvOf(header, plan));
  return { calibratedBytes, needBytes: Math.max(estimate.totalBytes, calibratedBytes ?? 0) };
}

function estimateOf(header: GgufHeader | null, plan: LoadPlan): MemoryEstimate {
  // A server's model takes no memory of this process tree.
  if (header === null) return { weightsBytes: 0, kvCacheBytes: 0, workerBytes: 0, totalBytes: 0 };
  return estimateModelMemory(header, plan);
}

function kvOf(header: GgufHeader, plan: LoadPlan): number {
  return estimateModelMemory(header, plan).kvCacheBytes;
}

async function readHeader({ id, path }: InstalledModel): Promise<GgufHeader | null> {
  if (path === null) return null;
  const checked = await readGgufHeader(path);
  if (checked.ok) return checked.header;
  const { code, message, subject } = checked.refusal;
  throw new ElfError('PT_ELF_MODEL_REFUSED', {
    message: `${id} is refused: ${message}. Install it again, or pick another one`,
    details: { file: id, reason: code, subject },
  });
}

function planOf({ settings }: InstalledModel): LoadPlan {
  const { contextTokens, gpuLayers, purpose, sequences } = settings;
  // Vectors are made one at a time, in a context of their own kind.
  return { contextTokens, gpuLayers, sequences: purpose === 'text' ? sequences : 1 };
}

function assertUsable(model: InstalledModel): InstalledModel {
  if (model.state !== 'quarantined') return model;
  throw new ElfError('PT_ELF_MODEL_QUARANTINED', {
    message: `${model.id} did not pass its verification: ${model.verification?.message ?? 'no reason recorded'}. Verify it again, or install it again`,
    details: { model: model.id, crashes: 0, windowMs: 0, retryAfterMs: 0 },
  });
}

function createOpener({ memorySource, stateDir }: DaemonOptions): OpenInstalledModel {
  return (model, plan, { limitBytes, signal }): Promise<LocalModel> => {
    const { id, path, server, settings, sha256 } = model;
    if (server !== null) return Promise.resolve(openHttpModel(id, server, settings.contextTokens));
    return openLlamaModel({
      id,
      modelPath: path ?? '',
      ...(sha256 === null ? {} : { modelSha: sha256 }),
      ...plan,
      purpose: settings.purpose,
      threads: settings.threads,
      stateRoot: stateDir,
      admission: { limitBytes, ...(memorySource === undefined ? {} : { source: memorySource }) },
      signal,
    });
  };
}
