import type { SystemProbe } from './probe-system.js';

/** Why local models are off on a machine. */
export type LocalTierReason = 'memory_too_small' | 'architecture_unsupported';

/** Whether local models run on a machine, and every reason why not, each with one sentence for a person. */
export interface LocalTierAssessment {
  isOn: boolean;
  reasons: { code: LocalTierReason; message: string }[];
}

const REQUIRED_BYTES = 16 * 1024 ** 3;
/** Firmware and graphics take a share of what is sold as 16 GB. */
const TOLERANCE = 0.9;

/**
 * Applies the rule for local models: Apple silicon, x86-64 or arm64, with 16 GB of memory that this process may use.
 * Below that the local tier is off and says so; everything else works.
 */
export function assessLocalTier(probe: SystemProbe): LocalTierAssessment {
  const reasons: LocalTierAssessment['reasons'] = [];
  const isSupported = probe.arch === 'x64' || probe.arch === 'arm64';
  if (!isSupported || (probe.platform === 'darwin' && probe.arch !== 'arm64')) {
    const message = `Local models need Apple silicon, x86-64 or arm64; this is ${probe.platform} on ${probe.arch}`;
    reasons.push({ code: 'architecture_unsupported', message });
  }
  const usableBytes = Math.min(probe.totalBytes, probe.cgroupLimitBytes ?? probe.totalBytes);
  if (usableBytes < REQUIRED_BYTES * TOLERANCE) {
    const source = usableBytes < probe.totalBytes ? 'the control group allows' : 'this machine has';
    const message = `Local models need 16 GB of memory; ${source} ${(usableBytes / 1024 ** 3).toFixed(1)} GiB`;
    reasons.push({ code: 'memory_too_small', message });
  }
  return { isOn: reasons.length === 0, reasons };
}
