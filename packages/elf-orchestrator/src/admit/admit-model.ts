import { freemem, totalmem } from 'node:os';
import { basename } from 'node:path';
import { ElfError } from '../errors.js';
import { createMemorySource } from '../pressure/create-memory-source.js';
import type { MemorySource, SystemMemory } from '../pressure/memory-source.js';
import { decideAdmission } from './decide-admission.js';
import type { MemoryEstimate } from './estimate-memory.js';

/** The budget that a model must fit in. */
export interface AdmissionOptions {
  /** The user's cap on the orchestrator's process tree; defaults to the machine's or control group's size. */
  limitBytes?: number;
  /** The tree that the model will belong to; defaults to this process. */
  rootPid?: number;
  /** Defaults to the source of this platform; null measures this process and the machine only. */
  source?: MemorySource | null;
}

/**
 * Measures memory and lets a model through if it fits.
 *
 * @throws ElfError PT_ELF_ADMISSION_REFUSED with the numbers
 */
export async function admitModel(file: string, estimate: MemoryEstimate, options: AdmissionOptions): Promise<void> {
  const source = options.source === undefined ? createMemorySource(process.platform) : options.source;
  const system = source === null ? readOsMemory() : await source.readSystem();
  const tree = await source?.readTree(options.rootPid ?? process.pid);
  const systemTotalBytes = system.cgroup?.limitBytes ?? system.totalBytes;
  const decision = decideAdmission({
    needBytes: estimate.totalBytes,
    treeUsedBytes: tree?.usedBytes ?? process.memoryUsage.rss(),
    limitBytes: Math.min(options.limitBytes ?? Number.MAX_SAFE_INTEGER, systemTotalBytes, system.totalBytes),
    systemUsedBytes: system.cgroup?.usedBytes ?? system.totalBytes - system.availableBytes,
    systemTotalBytes,
  });
  if (decision.isAdmitted) return;
  const { isAdmitted: _, ...numbers } = decision;
  throw new ElfError('PT_ELF_ADMISSION_REFUSED', {
    message:
      `${basename(file)} needs about ${inMebibytes(numbers.needBytes)} MiB beside ${inMebibytes(numbers.usedBytes)} MiB in use; ` +
      `models may fill ${inMebibytes(numbers.ceilingBytes)} of ${inMebibytes(numbers.limitBytes)} MiB. ` +
      'Free memory, use a shorter context or fewer sequences, or take a smaller model',
    details: numbers,
    retryable: numbers.needBytes <= numbers.ceilingBytes,
  });
}

function readOsMemory(): SystemMemory {
  return { totalBytes: totalmem(), availableBytes: freemem(), cgroup: null };
}

function inMebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
