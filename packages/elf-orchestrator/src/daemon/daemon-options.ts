import type { LoadPlan, LocalModel } from '../backends/local-model.js';
import type { MemorySource } from '../pressure/memory-source.js';
import type { GaugeClock } from '../pressure/pressure-gauge.js';
import type { InstalledModel } from '../registry/installed-model.js';
import type { DaemonEvent } from './daemon-event.js';

/** Opens one installed model by a plan. */
export type OpenInstalledModel = (
  model: InstalledModel,
  plan: LoadPlan,
  context: { signal: AbortSignal; limitBytes: number },
) => Promise<LocalModel>;

/** Settings of {@link openDaemon}. */
export interface DaemonOptions {
  /** Where clients connect: a unix socket, or a named pipe on Windows. */
  socketPath: string;
  /** Holds the queue, the registry, weights and saved prefixes. */
  stateDir: string;
  /** Generations that run at once, over all models. */
  maxAgents?: number;
  /** The user's cap on daemon and workers together. */
  memoryCapBytes?: number;
  /** Used by work that names no model. */
  defaultModel?: string;
  /** Idle time after which a model that is not pinned is unloaded. */
  idleUnloadMs?: number;
  /** Idle time after which a model has to prove that it still generates. */
  healthProbeMs?: number;
  /** Time that running work gets when the daemon is asked to stop. */
  drainTimeoutMs?: number;
  /** Measures memory; this platform's by default, null for none. */
  memorySource?: MemorySource | null;
  gaugeClock?: GaugeClock;
  openModel?: OpenInstalledModel;
  onEvent?: (event: DaemonEvent) => void;
}
