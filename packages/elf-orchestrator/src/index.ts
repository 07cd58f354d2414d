export { type AdmissionOptions } from './admit/admit-model.js';
export {
  ADMISSION_CEILING,
  type AdmissionDecision,
  type AdmissionInput,
  decideAdmission,
} from './admit/decide-admission.js';
export { estimateModelMemory, type MemoryEstimate } from './admit/estimate-memory.js';
export type {
  LlamaModelStatus,
  LlamaTextModel,
  LlamaTextResult,
  ModelHealth,
} from './backends/llama/llama-model.js';
export { type LlamaModelOptions, openLlamaModel } from './backends/llama/open-llama-model.js';
export type { LoadPlan, LocalModel } from './backends/local-model.js';
export {
  createOpenAiHttpModel,
  type HttpTextResult,
  type OpenAiHttpModel,
  type OpenAiHttpOptions,
} from './backends/openai-http/create-openai-http-model.js';
export { type CommandContext, runCommand } from './command/run-command.js';
export {
  connectDaemon,
  type DaemonClient,
  type DaemonMethod,
  type DaemonParams,
  type DaemonResult,
  type GenerateListeners,
} from './daemon/connect-daemon.js';
export type { DaemonEvent } from './daemon/daemon-event.js';
export type { DaemonOptions, OpenInstalledModel } from './daemon/daemon-options.js';
export { type DaemonPaths, defaultDaemonPaths, type PathContext } from './daemon/daemon-paths.js';
export {
  type DaemonPortOptions,
  type DaemonTextModel,
  openDaemonEmbedder,
  openDaemonReranker,
  openDaemonTextModel,
} from './daemon/daemon-ports.js';
export {
  type DurableTextModel,
  type DurableTextModelOptions,
  openDurableTextModel,
} from './daemon/durable-text-model.js';
export {
  type DaemonStatus,
  launchDaemon,
  readDaemonStatus,
  stopDaemon,
} from './daemon/launch-daemon.js';
export { type Daemon, openDaemon } from './daemon/open-daemon.js';
export { ElfError, type ElfErrorCode, type ElfErrorDetails } from './errors.js';
export { createMemorySource } from './pressure/create-memory-source.js';
export { createLinuxMemorySource } from './pressure/linux-memory-source.js';
export type { MemorySource, ProcessMemory, SystemMemory, TreeMemory } from './pressure/memory-source.js';
export {
  type GaugeClock,
  type LevelChange,
  openPressureGauge,
  type PressureGauge,
  type PressureGaugeOptions,
  type PressureSample,
} from './pressure/pressure-gauge.js';
export { PRESSURE_LEVELS, PRESSURE_THRESHOLDS, type PressureLevel } from './pressure/pressure-level.js';
export { createPsMemorySource } from './pressure/ps-memory-source.js';
export {
  assessLocalTier,
  type LocalTierAssessment,
  type LocalTierReason,
} from './probe/assess-local-tier.js';
export { type GpuProbe } from './probe/probe-gpu.js';
export { createMachineSource, type ProbeSource } from './probe/probe-source.js';
export { type ProbeOptions, probeSystem, type SystemProbe } from './probe/probe-system.js';
export type { JournalRecovery } from './queue/journal.js';
export type { QueueTask, QueueTaskState, TaskFailure, TaskLease } from './queue/queue-event.js';
export {
  type LeasedTask,
  type LeaseOutcome,
  type LeaseRequest,
  type NewTask,
  openTaskQueue,
  type QueueStats,
  type TaskFilter,
  type TaskQueue,
  type TaskQueueOptions,
} from './queue/task-queue.js';
export { type GgufHeader, type GgufHeaderResult, readGgufHeader } from './registry/gguf-header.js';
export type { GgufRefusal, GgufRefusalCode } from './registry/gguf-refusal.js';
export { hashFile } from './registry/hash-file.js';
export type { InstalledModel } from './registry/installed-model.js';
export { readInstalledModels } from './registry/model-registry.js';
export {
  DEFAULT_MODEL_ID,
  findModel,
  MODEL_TABLE,
  type ModelEntry,
  type ModelEstimates,
  type ModelRole,
} from './registry/model-table.js';
export {
  type ModelVerification,
  type VerifyFailure,
  type VerifyFailureCode,
  type VerifyModelOptions,
  verifyModel,
} from './registry/verify-model.js';
