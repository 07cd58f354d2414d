import { describe, expect, it } from 'vitest';
import {
  createPsMemorySource,
  type GaugeClock,
  type LevelChange,
  type MemorySource,
  openPressureGauge,
  type PressureGaugeOptions,
} from '../../src/index.js';

const LIMIT = 1_000;

/** A source whose tree uses the next of the given shares of the limit at every read. */
function createScriptedSource(ratios: readonly (number | 'fails')[], systemRatio = 0): MemorySource {
  let read = 0;
  return {
    kind: 'linux_proc',
    readTree() {
      const ratio = ratios[Math.min(read++, ratios.length - 1)] ?? 0;
      if (ratio === 'fails') return Promise.reject(new Error('gone'));
      return Promise.resolve({
        usedBytes: ratio * LIMIT,
        processes: [{ pid: 1, anonBytes: ratio * LIMIT, fileBytes: 0 }],
      });
    },
    readSystem: () =>
      Promise.resolve({ totalBytes: LIMIT, availableBytes: LIMIT * (1 - systemRatio), cgroup: null }),
  };
}

async function climb(ratios: readonly (number | 'fails')[], options: Partial<PressureGaugeOptions> = {}) {
  const changes: LevelChange[] = [];
  await using gauge = openPressureGauge({
    rootPid: 1,
    limitBytes: LIMIT,
    source: createScriptedSource(ratios),
    clock: { now: () => 0, every: () => () => undefined },
    onLevelChange: (change) => changes.push(change),
    ...options,
  });
  for (let taken = 0; taken < ratios.length; taken += 1) await gauge.takeSample();
  const samples = gauge.readHistory();
  return {
    changes: changes.map(({ from, to }) => `${from} > ${to}`),
    samples,
    gauge,
    levels: samples.map(({ level }) => level),
  };
}

describe('the pressure gauge', () => {
  it('climbs every level at its threshold, at once', async () => {
    const { changes, levels } = await climb([0.59, 0.6, 0.7, 0.8, 0.9]);
    expect(levels).toEqual(['ok', 'tight', 'warn', 'high', 'critical']);
    expect(changes).toEqual(['ok > tight', 'tight > warn', 'warn > high', 'high > critical']);
  });

  it('jumps over levels when memory does', async () => {
    expect((await climb([0.1, 0.95])).changes).toEqual(['ok > critical']);
  });

  it('leaves a level only after three samples in a row below its start by 0.05', async () => {
    const { levels } = await climb([0.72, 0.66, 0.64, 0.64, 0.66, 0.64, 0.64, 0.64]);
    expect(levels).toEqual(['warn', 'warn', 'warn', 'warn', 'warn', 'warn', 'warn', 'tight']);
  });

  it('falls as far as the fullest of the three calm samples allows', async () => {
    expect((await climb([0.95, 0.5, 0.5, 0.5])).changes).toEqual(['ok > critical', 'critical > ok']);
    expect((await climb([0.95, 0.5, 0.76, 0.5])).changes).toEqual(['ok > critical', 'critical > high']);
  });

  it('takes the fuller of process tree and machine', async () => {
    const { samples } = await climb([0.1], { source: createScriptedSource([0.1], 0.85) });
    expect(samples[0]).toMatchObject({ memRatio: 0.1, systemRatio: 0.85, level: 'high' });
  });

  it('counts a failed read as missed and goes on', async () => {
    const { gauge, levels } = await climb([0.1, 'fails', 0.75]);
    expect(levels).toEqual(['ok', 'warn']);
    expect(gauge.missedSamples).toBe(1);
  });

  it('keeps the latest samples only', async () => {
    const { samples } = await climb([0.1, 0.2, 0.3, 0.4], { historySamples: 2 });
    expect(samples.map(({ memRatio }) => memRatio)).toEqual([0.3, 0.4]);
  });

  it('samples at every tick of its clock until it is disposed', async () => {
    const ticks: (() => void)[] = [];
    let stopped = 0;
    const clock: GaugeClock = {
      now: () => 7,
      every(intervalMs, callback) {
        expect(intervalMs).toBe(250);
        ticks.push(callback);
        return () => (stopped += 1);
      },
    };
    const seen: number[] = [];
    const gauge = openPressureGauge({
      rootPid: 1,
      limitBytes: LIMIT,
      source: createScriptedSource([0.2]),
      clock,
      onSample: ({ at }) => seen.push(at),
    });
    ticks[0]?.();
    ticks[0]?.(); // the first sample is still being taken
    await gauge.takeSample();
    expect(gauge.missedSamples).toBe(1);
    await gauge[Symbol.asyncDispose]();
    expect(seen).toEqual([7]);
    expect(stopped).toBe(1);
    expect(gauge.status).toBe('closed');
    expect(await gauge.takeSample()).toBeNull();
  });

  it('says unsupported where memory cannot be measured, and never makes a sample up', async () => {
    await using gauge = openPressureGauge({ rootPid: 1, limitBytes: LIMIT, source: null });
    expect(gauge.status).toBe('unsupported');
    expect(await gauge.takeSample()).toBeNull();
    expect(gauge.latest).toBeNull();
  });
});

describe('measuring through ps', () => {
  const answers: Record<string, string> = {
    ps: '    1     0  900\n   10     1  100\n   11    10   50\n   12    11   25\n   20     1  999\n',
    vm_stat:
      'Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:     1000.\nPages active:   99.\nPages inactive:    500.\nPages speculative:   10.\nPages purgeable:  5.\n',
  };
  const run = (file: string) => Promise.resolve(answers[file] ?? null);

  it('adds a process and its descendants up', async () => {
    const tree = await createPsMemorySource('darwin', run).readTree(10);
    expect(tree.processes.map(({ pid }) => pid)).toEqual([10, 11, 12]);
    expect(tree.usedBytes).toBe(175 * 1_024);
  });

  it('counts pages that can be taken back as available', async () => {
    const system = await createPsMemorySource('darwin', run).readSystem();
    expect(system.availableBytes).toBe(1_515 * 16_384);
  });
});
