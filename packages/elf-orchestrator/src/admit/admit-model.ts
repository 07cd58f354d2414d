import { freemem, totalmem } from 'node:os';
import { ElfError } from '../errors.js';
import { createMemorySource } from '../pressure/create-memory-source.js';
import type { MemorySource, SystemMemory } from '../pressure/memory-source.js';
import { type AdmissionInput, decideAdmission } from './decide-admission.js';
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
export async function admitModel(
  file: string,
  estimate: MemoryEstimate,
  options: AdmissionOptions,
): Promise<void> {
  const decision = decideAdmission({ needBytes: estimate.totalBytes, ...(await measure(options)) });
  if (decision.isAdmitted) return;
  const { refusal } = decision;
  throw new ElfError('PT_ELF_ADMISSION_REFUSED', {
    message: `${file} needs about ${inMebibytes(refusal.needBytes)} MiB beside ${inMebibytes(refusal.usedBytes)} MiB in use; models may fill ${inMebibytes(refusal.ceilingBytes)} of ${inMebibytes(refusal.limitBytes)} MiB. Free memory, use a shorter context or fewer sequences, or take a smaller model`,
    details: refusal,
    retryable: refusal.needBytes <= refusal.ceilingBytes,
  });
}

async function measure(options: AdmissionOptions): Promise<Omit<AdmissionInput, 'needBytes'>> {
  const source = options.source === undefined ? createMemorySource(process.platform) : options.source;
  const system = source === null ? readOsMemory() : await source.readSystem();
  const tree = await source?.readTree(options.rootPid ?? process.pid);
  const machineUsed = system.totalBytes - system.availableBytes;
  const { limitBytes, usedBytes } = system.cgroup ?? {
    limitBytes: system.totalBytes,
    usedBytes: machineUsed,
  };
  return {
    treeUsedBytes: tree?.usedBytes ?? process.memoryUsage.rss(),
    limitBytes: Math.min(options.limitBytes ?? limitBytes, limitBytes),
    systemUsedBytes: usedBytes,
    systemTotalBytes: limitBytes,
  };
}

function readOsMemory(): SystemMemory {
  return { totalBytes: totalmem(), availableBytes: freemem(), cgroup: null };
}

function inMebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
