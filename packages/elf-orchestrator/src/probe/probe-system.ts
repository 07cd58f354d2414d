import { type CgroupMemory, readCgroupMemory } from './cgroup-memory.js';
import { type GpuProbe, probeGpu } from './probe-gpu.js';
import { createMachineSource, type ProbeSource } from './probe-source.js';

/** What this machine offers to local models. */
export interface SystemProbe {
  platform: string;
  arch: string;
  cpuModel: string;
  cores: number;
  totalBytes: number;
  /** What can be used without swapping; free memory alone where the system tells nothing better. */
  availableBytes: number;
  /** The limit of the control group, null when there is none below the physical memory. */
  cgroupLimitBytes: number | null;
  /** min(physical memory, control group, user's cap). */
  effectiveLimitBytes: number;
  gpu: GpuProbe | null;
}

/** Settings of {@link probeSystem}. */
export interface ProbeOptions {
  /** The user's own cap on memory for local models. */
  capBytes?: number;
  /** Defaults to the machine at hand. */
  source?: ProbeSource;
}

/** Measures the machine: cores, memory, control group limit, graphics processor. Takes milliseconds; never throws. */
export async function probeSystem(options: ProbeOptions = {}): Promise<SystemProbe> {
  const source = options.source ?? createMachineSource();
  const cgroup = readCgroupMemory(source.readText, source.totalBytes);
  const cgroupLimitBytes = clampConstraint(source, cgroup);
  const limits = [source.totalBytes, cgroupLimitBytes, options.capBytes];
  return {
    platform: source.platform,
    arch: source.arch,
    cpuModel: source.cpuModel,
    cores: source.cores,
    totalBytes: source.totalBytes,
    availableBytes: readAvailable(source, cgroup),
    cgroupLimitBytes,
    effectiveLimitBytes: Math.min(...limits.filter((limit) => typeof limit === 'number')),
    gpu: await probeGpu(source),
  };
}

/** The runtime answers 2^64 or so when there is no limit, and some versions miss a limit of a parent group. */
function clampConstraint(source: ProbeSource, cgroup: CgroupMemory | null): number | null {
  const told = source.constrainedBytes ?? 0;
  const candidates = [cgroup?.limitBytes ?? 0, told].filter(
    (bytes) => bytes > 0 && bytes < source.totalBytes,
  );
  return candidates.length === 0 ? null : Math.min(...candidates);
}

function readAvailable(source: ProbeSource, cgroup: CgroupMemory | null): number {
  const meminfo = source.platform === 'linux' ? source.readText('/proc/meminfo') : null;
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1];
  const available = kibibytes === undefined ? source.freeBytes : Number(kibibytes) * 1024;
  return cgroup === null ? available : Math.min(available, Math.max(0, cgroup.limitBytes - cgroup.usedBytes));
}
