import type { MetricsSnapshot } from '../metrics/metrics.js';
import { PRESSURE_LEVELS } from '../pressure/pressure-level.js';
import type { DaemonParts } from './daemon-parts.js';

/** Reads what a daemon is doing at this moment. */
export async function readGauges(parts: DaemonParts): Promise<MetricsSnapshot['gauges']> {
  const { fleet, gauge, limitBytes, meter, queue, scheduler } = parts;
  const { running, waiting } = scheduler.stats();
  const { byState, journalBytes } = await queue.stats();
  const processes = await meter.readProcesses();
  const residents = [...fleet.residents.values()];
  const single = (value: number) => [{ labels: {}, value }];
  return {
    work_running: single(running),
    work_waiting: Object.entries(waiting).map(([lane, value]) => ({ labels: { lane }, value })),
    tasks: Object.entries(byState).map(([state, value]) => ({ labels: { state }, value })),
    journal_bytes: single(journalBytes),
    memory_limit_bytes: single(limitBytes),
    memory_ratio: single(gauge.latest?.memRatio ?? 0),
    system_memory_ratio: single(gauge.latest?.systemRatio ?? 0),
    pressure_level: single(PRESSURE_LEVELS.indexOf(gauge.level)),
    models_loaded: single(residents.length),
    worker_memory_bytes: residents.flatMap(({ id, model }) => {
      const found = processes.find(({ pid }) => pid === model.readStatus().workerPid);
      if (found === undefined) return [];
      return [
        { labels: { model: id, kind: 'anonymous' }, value: found.anonBytes },
        { labels: { model: id, kind: 'file' }, value: found.fileBytes },
      ];
    }),
    model_sequences: residents.map(({ id, plan }) => ({ labels: { model: id }, value: plan.sequences })),
    worker_restarts: residents.map(({ id, model }) => ({
      labels: { model: id },
      value: model.readStatus().reloads,
    })),
  };
}
