import type { ModelFleet } from '../fleet/model-fleet.js';
import type { JobRunner } from '../jobs/job-runner.js';
import type { Metrics } from '../metrics/metrics.js';
import type { PressureGauge } from '../pressure/pressure-gauge.js';
import type { TaskQueue } from '../queue/task-queue.js';
import type { ModelRegistry } from '../registry/model-registry.js';
import type { WorkScheduler } from '../schedule/work-scheduler.js';
import type { NewDaemonEvent } from './daemon-event.js';
import type { DaemonOptions } from './daemon-options.js';
import type { MemoryMeter } from './memory-meter.js';

/** Everything a daemon is made of, as its methods see it. */
export interface DaemonParts {
  options: DaemonOptions;
  defaultModel: string;
  limitBytes: number;
  startedAt: number;
  registry: ModelRegistry;
  queue: TaskQueue;
  fleet: ModelFleet;
  scheduler: WorkScheduler;
  jobs: JobRunner;
  gauge: PressureGauge;
  meter: MemoryMeter;
  metrics: Metrics;
  emit: (event: NewDaemonEvent) => void;
  requestShutdown: (reason: string) => void;
}
