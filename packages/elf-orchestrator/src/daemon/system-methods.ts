import { z } from 'zod';
import { ADMISSION_CEILING } from '../admit/decide-admission.js';
import { formatPrometheus } from '../metrics/format-prometheus.js';
import { defineMethod } from '../rpc/method.js';
import type { DaemonParts } from './daemon-parts.js';
import { readGauges } from './read-gauges.js';

const NONE = z.strictObject({});
const MEBIBYTE = 1_048_576;

/** Methods about the daemon itself. */
export function createSystemMethods(parts: DaemonParts) {
  return {
    'system.info': defineMethod(NONE, () => ({
      pid: process.pid,
      contract: 'pt.elf/1' as const,
      uptimeMs: Date.now() - parts.startedAt,
      maxAgents: parts.options.maxAgents ?? null,
      limitBytes: parts.limitBytes,
      ceilingBytes: Math.floor(parts.limitBytes * ADMISSION_CEILING),
      defaultModel: parts.defaultModel,
    })),
    'system.health': defineMethod(z.strictObject({ isProbing: z.boolean().optional() }), ({ isProbing }) =>
      readHealth(parts, isProbing === true),
    ),
    'system.pressure': defineMethod(NONE, () => ({
      status: parts.gauge.status,
      level: parts.gauge.level,
      latest: parts.gauge.latest,
      missedSamples: parts.gauge.missedSamples,
    })),
    'system.metrics': defineMethod(
      z.strictObject({ format: z.enum(['json', 'prometheus']).optional() }),
      async ({ format }) => {
        const snapshot = parts.metrics.snapshot(await readGauges(parts));
        return format === 'prometheus' ? { text: formatPrometheus(snapshot) } : { snapshot };
      },
    ),
    'system.subscribe': defineMethod(NONE, (_, { subscribe }) => {
      subscribe();
      return { isSubscribed: true };
    }),
    'system.shutdown': defineMethod(NONE, () => {
      // The answer has to leave before the socket closes.
      setImmediate(() => parts.requestShutdown('asked by a client'));
      return { isStopping: true };
    }),
    'cache.stats': defineMethod(NONE, () => {
      const { counters } = parts.metrics.snapshot();
      const of = (kind: string) =>
        (counters['tokens'] ?? [])
          .filter(({ labels }) => labels['kind'] === kind)
          .reduce((sum, { value }) => sum + value, 0);
      return { reusedTokens: of('reused'), evaluatedTokens: of('evaluated') };
    }),
    'cache.clear': defineMethod(NONE, async () => {
      const residents = [...parts.fleet.residents.values()];
      await Promise.all(residents.map(({ model }) => model.dropPrefixes()));
      return { models: residents.map(({ id }) => id) };
    }),
    'debug.vram': defineMethod(NONE, () => readVram(parts)),
  };
}

async function readHealth({ fleet, gauge, scheduler }: DaemonParts, isProbing: boolean) {
  const models = await Promise.all(
    [...fleet.residents.values()].map(async ({ id, model, running }) => ({
      id,
      running,
      ...model.readStatus(),
      health: isProbing ? await model.checkHealth() : null,
    })),
  );
  const isHealthy = models.every(({ health, state }) => state === 'ready' && health?.status !== 'failed');
  return {
    status: isHealthy ? ('healthy' as const) : ('degraded' as const),
    level: gauge.level,
    models,
    work: scheduler.stats(),
  };
}

/** One budget where memory is shared: what models use of what they may use, in mebibytes. */
async function readVram(parts: DaemonParts) {
  const { fleet, gauge, limitBytes, meter } = parts;
  const processes = await meter.readProcesses();
  const bytesOf = (pid: number | null) => {
    const found = processes.find((process) => process.pid === pid);
    return found === undefined ? 0 : found.anonBytes + found.fileBytes;
  };
  const components: Record<string, number> = Object.fromEntries(
    [...fleet.residents.values()].map(({ id, model }) => [
      id,
      toMebibytes(bytesOf(model.readStatus().workerPid)),
    ]),
  );
  const usedBytes = processes.reduce((sum, each) => sum + each.anonBytes + each.fileBytes, 0);
  const history = gauge.readHistory().map((sample) => sample.usedBytes);
  return {
    vram_used_mb: toMebibytes(usedBytes),
    vram_available_mb: toMebibytes(Math.max(0, limitBytes - usedBytes)),
    percentage: Math.round((usedBytes / limitBytes) * 1_000) / 10,
    peak_mb: toMebibytes(Math.max(usedBytes, ...history)),
    components: withDaemon(components, toMebibytes(bytesOf(process.pid))),
  };
}

function withDaemon(components: Record<string, number>, daemon: number): Record<string, number> {
  return { ...components, daemon };
}

function toMebibytes(bytes: number): number {
  return Math.round(bytes / MEBIBYTE);
}
