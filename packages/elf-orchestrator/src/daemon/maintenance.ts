import type { Resident } from '../fleet/model-fleet.js';
import type { DaemonParts } from './daemon-parts.js';

const TICK_MS = 1_000;
const DEFAULT_IDLE_UNLOAD_MS = 1_800_000;
const DEFAULT_HEALTH_PROBE_MS = 60_000;
const COMPACT_BYTES = 67_108_864;
/** How long a finished job answers for its key once the journal is long enough to be rewritten. */
const KEEP_FINISHED_MS = 604_800_000;

/**
 * Looks after a daemon once a second: reports restarted workers, unloads models nobody used, asks idle ones for a real
 * token, keeps the journal short. Keeps no process alive.
 */
export function openMaintenance(parts: DaemonParts): AsyncDisposable {
  const seen = new Map<string, { reloads: number; probedAt: number }>();
  let turn: Promise<void> = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    turn = lookAfter(parts, seen)
      // A failed round is repeated a second later; what it looked at reports its own failures.
      .catch(() => undefined)
      .finally(() => {
        isBusy = false;
      });
  }, TICK_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await turn;
    },
  };
}

async function lookAfter(
  parts: DaemonParts,
  seen: Map<string, { reloads: number; probedAt: number }>,
): Promise<void> {
  const { emit, fleet, queue, scheduler } = parts;
  for (const resident of [...fleet.residents.values()]) {
    const { id, isEnding, loadedAt, model, running } = resident;
    const { reloads } = model.readStatus();
    const before = seen.get(id) ?? { reloads: 0, probedAt: loadedAt };
    if (reloads > before.reloads) emit({ type: 'worker-restarted', model: id, reloads });
    seen.set(id, { ...before, reloads });
    if (!isEnding && running === 0 && (await lookAfterIdle(parts, resident, before.probedAt)))
      seen.set(id, { reloads, probedAt: Date.now() });
  }
  const { byState, journalBytes } = await queue.stats();
  if (journalBytes > COMPACT_BYTES && byState.queued + byState.leased === 0)
    await queue.compact({ dropFinishedBefore: Date.now() - KEEP_FINISHED_MS });
  scheduler.pump();
}

/** Unloads or probes a model that nobody uses; true when it was probed. */
async function lookAfterIdle(parts: DaemonParts, resident: Resident, probedAt: number): Promise<boolean> {
  const { emit, fleet, options, registry } = parts;
  const { id, lastUsedAt, model } = resident;
  const now = Date.now();
  const { healthProbeMs = DEFAULT_HEALTH_PROBE_MS, idleUnloadMs = DEFAULT_IDLE_UNLOAD_MS } = options;
  const idleMs = now - lastUsedAt;
  if (idleMs >= idleUnloadMs && registry.find(id)?.isPinned !== true) {
    await fleet.unload(id, 'idle');
    return false;
  }
  if (idleMs < healthProbeMs || now - probedAt < healthProbeMs) return false;
  const { problem, status } = await model.checkHealth();
  if (status !== 'healthy') {
    emit({ type: 'model-unhealthy', model: id, problem });
    await model.killWorker();
  }
  return true;
}
