import type { ProbeSource } from './probe-source.js';

/** A graphics processor that could run models; memory is null where it is not told. */
export interface GpuProbe {
  vendor: 'nvidia' | 'apple';
  name: string;
  memoryBytes: number | null;
  /** True when the processor shares the machine's memory, so that both have one budget. */
  isUnified: boolean;
}

const MEBIBYTE = 1_048_576;

/** Looks for a usable graphics processor; null when there is none that this machine tells about. */
export async function probeGpu(source: ProbeSource): Promise<GpuProbe | null> {
  if (source.platform === 'darwin') {
    if (source.arch !== 'arm64') return null;
    return { vendor: 'apple', name: source.cpuModel, memoryBytes: source.totalBytes, isUnified: true };
  }
  return probeNvidia(source);
}

async function probeNvidia(source: ProbeSource): Promise<GpuProbe | null> {
  const isLinuxWithoutDriver =
    source.platform === 'linux' && source.readText('/proc/driver/nvidia/version') === null;
  if (isLinuxWithoutDriver) return null;
  const answer = await source.runCommand('nvidia-smi', [
    '--query-gpu=name,memory.total',
    '--format=csv,noheader,nounits',
  ]);
  const [name = '', mebibytes = ''] =
    (answer ?? '')
      .split('\n')[0]
      ?.split(',')
      .map((part) => part.trim()) ?? [];
  if (name !== '') {
    const memoryBytes = /^\d+$/.test(mebibytes) ? Number(mebibytes) * MEBIBYTE : null;
    return { vendor: 'nvidia', name, memoryBytes, isUnified: false };
  }
  if (source.platform !== 'linux') return null;
  return { vendor: 'nvidia', name: 'NVIDIA driver without nvidia-smi', memoryBytes: null, isUnified: false };
}
