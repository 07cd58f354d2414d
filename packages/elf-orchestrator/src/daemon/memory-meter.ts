import { freemem, totalmem } from 'node:os';
import type { MemoryBudget } from '../admit/plan-load.js';
import type { MemorySource, ProcessMemory, SystemMemory } from '../pressure/memory-source.js';

/** Measures what the daemon and its workers use, now. */
export interface MemoryMeter {
  readBudget(): Promise<MemoryBudget>;
  /** Every process of the tree; empty where processes cannot be measured. */
  readProcesses(): Promise<ProcessMemory[]>;
  /** Null where processes cannot be measured, or the process is gone. */
  readProcess(pid: number): Promise<number | null>;
  readUsed(): Promise<number | null>;
}

/** Settings of {@link createMemoryMeter}. */
export interface MeterOptions {
  limitBytes: number;
  rootPid: number;
  /** A source that has read nothing before: a source may answer older figures of a process that it knows. */
  createSource: () => MemorySource | null;
}

/** Creates a meter over the process tree of `rootPid`. */
export function createMemoryMeter(
  source: MemorySource | null,
  { createSource, limitBytes, rootPid }: MeterOptions,
): MemoryMeter {
  const readProcesses = async (): Promise<ProcessMemory[]> =>
    source === null ? [] : (await source.readTree(rootPid)).processes;
  const readUsed = async (): Promise<number | null> =>
    source === null ? null : (await source.readTree(rootPid)).usedBytes;
  return {
    readProcesses,
    readUsed,
    async readProcess(pid) {
      const tree = await createSource()?.readTree(rootPid);
      const found = tree?.processes.find((process) => process.pid === pid);
      return found === undefined ? null : found.anonBytes + found.fileBytes;
    },
    async readBudget() {
      const system = source === null ? readOsMemory() : await source.readSystem();
      const group = system.cgroup ?? {
        limitBytes: system.totalBytes,
        usedBytes: system.totalBytes - system.availableBytes,
      };
      return {
        treeUsedBytes: (await readUsed()) ?? process.memoryUsage.rss(),
        limitBytes: Math.min(limitBytes, group.limitBytes),
        systemUsedBytes: group.usedBytes,
        systemTotalBytes: group.limitBytes,
        vramFreeBytes: null,
      };
    },
  };
}

function readOsMemory(): SystemMemory {
  return { totalBytes: totalmem(), availableBytes: freemem(), cgroup: null };
}
