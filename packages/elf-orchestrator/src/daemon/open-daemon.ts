import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { createModelFleet } from '../fleet/model-fleet.js';
import { openJobRunner } from '../jobs/job-runner.js';
import { createMetrics } from '../metrics/metrics.js';
import { createMemorySource } from '../pressure/create-memory-source.js';
import type { MemorySource } from '../pressure/memory-source.js';
import { openPressureGauge, type PressureGauge } from '../pressure/pressure-gauge.js';
import { createPressureResponder, type PressureResponder } from '../pressure/pressure-responder.js';
import { openTaskQueue } from '../queue/task-queue.js';
import { openModelRegistry } from '../registry/model-registry.js';
import { DEFAULT_MODEL_ID } from '../registry/model-table.js';
import type { AnyMethod } from '../rpc/method.js';
import { createWorkScheduler } from '../schedule/work-scheduler.js';
import type { NewDaemonEvent } from './daemon-event.js';
import type { DaemonOptions } from './daemon-options.js';
import type { DaemonParts } from './daemon-parts.js';
import { createJobMethods, createQueueMethods } from './job-methods.js';
import { openMaintenance } from './maintenance.js';
import { createMemoryMeter } from './memory-meter.js';
import { createModelMethods } from './model-methods.js';
import { nameModel } from './name-model.js';
import { observeEvent } from './observe-event.js';
import { createModelResolver, type ModelResolver } from './resolve-model.js';
import { openRpcServer, type RpcServer } from './rpc-server.js';
import { createSystemMethods } from './system-methods.js';
import { createTextMethods } from './text-methods.js';

/** A running daemon. */
export interface Daemon extends AsyncDisposable {
  readonly socketPath: string;
  /** Resolves once it has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
  /** Takes no more work, lets what runs end within the drain timeout, and stops. Jobs that did not end stay on disk. */
  stop(reason: string): Promise<void>;
}

/** The methods of a daemon with their types. */
export type DaemonMethodTable = ReturnType<typeof createMethodTable>;

const DEFAULT_MAX_AGENTS = 5;
const DEFAULT_DRAIN_TIMEOUT_MS = 10_000;

/**
 * Opens the daemon: recovers the queue, then listens on its socket. No native code runs in this process.
 *
 * @throws ElfError PT_ELF_DAEMON_OCCUPIED, PT_ELF_QUEUE_LOCKED, PT_ELF_QUEUE_WRITE_FAILED, PT_ELF_STATE_DAMAGED
 */
export async function openDaemon(options: DaemonOptions): Promise<Daemon> {
  await mkdir(options.stateDir, { recursive: true, mode: 0o700 });
  // The queue's lock is the daemon's: two daemons over one state would run every job twice.
  const queue = await openTaskQueue(join(options.stateDir, 'queue'));
  try {
    return await startDaemon(options, queue);
  } catch (error) {
    await queue[Symbol.asyncDispose]();
    throw error;
  }
}

async function startDaemon(
  options: DaemonOptions,
  queue: Awaited<ReturnType<typeof openTaskQueue>>,
): Promise<Daemon> {
  const running = new RunningDaemon(options.socketPath);
  const { parts, resolver } = await createParts(options, queue, running);
  const methods: ReadonlyMap<string, AnyMethod> = new Map(
    Object.entries(createMethodTable(parts, resolver)) as [string, AnyMethod][],
  );
  const server = await openRpcServer({ socketPath: options.socketPath, methods, metrics: parts.metrics });
  const maintenance = openMaintenance(parts);
  running.start({ parts, server, maintenance });
  const { byState } = await queue.stats();
  parts.emit({ type: 'daemon-started', pid: process.pid, recoveredTasks: byState.queued + byState.leased });
  return running;
}

function createMethodTable(parts: DaemonParts, resolver: ModelResolver) {
  return {
    ...createSystemMethods(parts),
    ...createModelMethods(parts, resolver),
    ...createJobMethods(parts),
    ...createQueueMethods(parts),
    ...createTextMethods(parts),
  };
}

async function createParts(
  options: DaemonOptions,
  queue: DaemonParts['queue'],
  running: RunningDaemon,
): Promise<{ parts: DaemonParts; resolver: ModelResolver }> {
  const registry = await openModelRegistry(options.stateDir);
  const source = pickSource(options);
  const limitBytes = await readLimit(source, options.memoryCapBytes);
  const meter = createMemoryMeter(source, {
    limitBytes,
    rootPid: process.pid,
    createSource: () => pickSource(options),
  });
  const metrics = createMetrics();
  const resolver = createModelResolver(registry, { daemon: options, limitBytes });
  const isPinned = (id: string) => registry.find(id)?.isPinned === true;
  const emit = (event: NewDaemonEvent): void => {
    const dated = { ...event, at: Date.now() };
    observeEvent(metrics, dated);
    options.onEvent?.(dated);
    running.publish(dated);
  };
  const fleet = createModelFleet({
    resolve: (id, minContextTokens) => resolver.resolve(id, minContextTokens),
    measureBudget: () => meter.readBudget(),
    measureProcess: (pid) => meter.readProcess(pid),
    isPinned,
    onEvent: emit,
  });
  const maxAgents = options.maxAgents ?? DEFAULT_MAX_AGENTS;
  const scheduler = createWorkScheduler({ fleet, maxAgents });
  const names = { registry, defaultModel: options.defaultModel ?? DEFAULT_MODEL_ID };
  const responder = createPressureResponder({
    fleet,
    scheduler,
    isPinned,
    measureUsed: () => meter.readUsed(),
    onEvent: emit,
  });
  const gauge = openGauge(options, { limitBytes, source, responder, emit });
  const jobs = await openJobRunner({
    queue,
    scheduler,
    nameModel: (name) => nameModel(names, name),
    owner: `daemon ${process.pid}`,
    onEvent: emit,
  });
  const parts: DaemonParts = {
    ...{ options: { ...options, maxAgents }, limitBytes, startedAt: Date.now(), ...names },
    ...{ queue, fleet, scheduler, jobs, gauge, meter, metrics, emit },
    requestShutdown: (reason) => void running.stop(reason),
  };
  return { parts, resolver };
}

function openGauge(
  options: DaemonOptions,
  parts: Pick<DaemonParts, 'limitBytes' | 'emit'> & {
    source: MemorySource | null;
    responder: PressureResponder;
  },
): PressureGauge {
  const { emit, limitBytes, responder, source } = parts;
  return openPressureGauge({
    rootPid: process.pid,
    limitBytes,
    source,
    ...(options.gaugeClock === undefined ? {} : { clock: options.gaugeClock }),
    onSample: (sample) => responder.onSample(sample),
    onLevelChange: (change) => {
      const { from, sample, to } = change;
      const { memRatio, systemRatio } = sample;
      emit({ type: 'pressure-changed', from, to, memRatio, systemRatio });
      responder.onLevelChange(change);
    },
  });
}

class RunningDaemon implements Daemon {
  readonly socketPath: string;
  readonly stopped: Promise<void>;
  #resolveStopped: () => void = () => undefined;
  #live: { parts: DaemonParts; server: RpcServer; maintenance: AsyncDisposable } | null = null;
  #stopping: Promise<void> | null = null;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
  }

  start(live: { parts: DaemonParts; server: RpcServer; maintenance: AsyncDisposable }): void {
    this.#live = live;
  }

  publish(event: object): void {
    this.#live?.server.publish(event);
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop('disposed');
  }

  async #stop(reason: string): Promise<void> {
    if (this.#live === null) return;
    const { maintenance, parts, server } = this.#live;
    parts.emit({ type: 'daemon-stopping', reason });
    await maintenance[Symbol.asyncDispose]();
    await waitAtMost(parts.scheduler.drain(), parts.options.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS);
    await parts.gauge[Symbol.asyncDispose]();
    await parts.fleet[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await parts.queue[Symbol.asyncDispose]();
    this.#resolveStopped();
  }
}

function pickSource({ memorySource }: DaemonOptions): MemorySource | null {
  return memorySource === undefined ? createMemorySource(process.platform) : memorySource;
}

/** min(physical memory, control group, user's cap). */
async function readLimit(source: MemorySource | null, capBytes: number | undefined): Promise<number> {
  const system = await source?.readSystem();
  const told = system?.cgroup?.limitBytes ?? system?.totalBytes ?? totalmem();
  return Math.min(told, capBytes ?? told);
}

async function waitAtMost(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
