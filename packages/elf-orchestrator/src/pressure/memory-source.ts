/** Memory of one process. */
export interface ProcessMemory {
  pid: number;
  /** Private and shared memory that no file backs. */
  anonBytes: number;
  /** Pages of files, shared ones counted by this process's part. */
  fileBytes: number;
}

/** Memory of a process and all its descendants; empty when the root is gone. */
export interface TreeMemory {
  usedBytes: number;
  processes: ProcessMemory[];
}

/** Memory of the machine, and of the control group where one limits it. */
export interface SystemMemory {
  totalBytes: number;
  availableBytes: number;
  cgroup: { limitBytes: number; usedBytes: number } | null;
}

/** Measures memory on one platform. */
export interface MemorySource {
  readonly kind: 'linux_proc' | 'ps';
  readTree(rootPid: number): Promise<TreeMemory>;
  readSystem(): Promise<SystemMemory>;
}

/** Adds the memory of processes up. */
export function sumTree(processes: ProcessMemory[]): TreeMemory {
  const usedBytes = processes.reduce((sum, { anonBytes, fileBytes }) => sum + anonBytes + fileBytes, 0);
  return { usedBytes, processes };
}

/** How full the machine or its control group is, whichever is fuller. */
export function computeSystemRatio(system: SystemMemory): number {
  const machine = 1 - system.availableBytes / system.totalBytes;
  const group = system.cgroup === null ? 0 : system.cgroup.usedBytes / system.cgroup.limitBytes;
  return Math.max(0, machine, group);
}
