import { describe, expect, it } from 'vitest';
import { assessLocalTier, type ProbeSource, probeSystem } from '../../src/index.js';

const GIB = 1024 ** 3;

function createSource(overrides: Partial<ProbeSource> = {}, files: Record<string, string> = {}): ProbeSource {
  return {
    platform: 'linux',
    arch: 'x64',
    cores: 8,
    cpuModel: 'Some CPU',
    totalBytes: 32 * GIB,
    freeBytes: 2 * GIB,
    constrainedBytes: 18_446_744_073_709_552_000,
    readText: (path) => files[path] ?? null,
    runCommand: () => Promise.resolve(null),
    ...overrides,
  };
}

const CGROUP_V2 = {
  '/proc/self/cgroup': '0::/user.slice/app.scope\n',
  '/sys/fs/cgroup/user.slice/memory.max': `${8 * GIB}\n`,
  '/sys/fs/cgroup/user.slice/memory.current': `${3 * GIB}\n`,
  '/sys/fs/cgroup/user.slice/memory.stat': `anon 1\ninactive_file ${GIB}\n`,
  '/sys/fs/cgroup/user.slice/app.scope/memory.max': 'max\n',
  '/sys/fs/cgroup/user.slice/app.scope/memory.current': `${GIB}\n`,
};
const CGROUP_V1 = {
  '/proc/self/cgroup': '9:name=systemd:/\n4:memory:/docker/abc\n0::/\n',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${4 * GIB}\n`,
  '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${2 * GIB}\n`,
  '/sys/fs/cgroup/memory/memory.stat': `cache 5\ntotal_inactive_file ${GIB / 2}\n`,
};

describe('probing the system', () => {
  it('reads available memory from the kernel rather than free memory', async () => {
    const source = createSource(
      {},
      { '/proc/meminfo': 'MemTotal: 33554432 kB\nMemAvailable:   10485760 kB\n' },
    );
    const probe = await probeSystem({ source });
    expect(probe).toMatchObject({ cores: 8, availableBytes: 10 * GIB, cgroupLimitBytes: null, gpu: null });
    expect(probe.effectiveLimitBytes).toBe(32 * GIB);
  });

  it('treats a huge constraint as none', async () => {
    const probe = await probeSystem({ source: createSource() });
    expect(probe.cgroupLimitBytes).toBeNull();
  });

  it('takes a constraint the runtime tells', async () => {
    const probe = await probeSystem({ source: createSource({ constrainedBytes: 6 * GIB }) });
    expect(probe).toMatchObject({ cgroupLimitBytes: 6 * GIB, effectiveLimitBytes: 6 * GIB });
  });

  it('finds a version 2 limit on a parent group and leaves page cache out of its use', async () => {
    const probe = await probeSystem({ source: createSource({ freeBytes: 20 * GIB }, CGROUP_V2) });
    expect(probe).toMatchObject({ cgroupLimitBytes: 8 * GIB, availableBytes: 6 * GIB });
  });

  it('finds a version 1 limit at the root of the mount, where a container sees it', async () => {
    const probe = await probeSystem({ source: createSource({ freeBytes: 20 * GIB }, CGROUP_V1) });
    expect(probe).toMatchObject({ cgroupLimitBytes: 4 * GIB, availableBytes: 2.5 * GIB });
  });

  it('limits to the smallest of machine, control group and user cap', async () => {
    const capped = await probeSystem({ source: createSource({}, CGROUP_V2), capBytes: 5 * GIB });
    expect(capped.effectiveLimitBytes).toBe(5 * GIB);
    const loose = await probeSystem({ source: createSource({}, CGROUP_V2), capBytes: 50 * GIB });
    expect(loose.effectiveLimitBytes).toBe(8 * GIB);
  });

  it('asks nvidia-smi only where a driver is loaded', async () => {
    const asked: string[][] = [];
    const runCommand: ProbeSource['runCommand'] = (file, args) => {
      asked.push([file, ...args]);
      return Promise.resolve('NVIDIA T4, 15360\n');
    };
    expect((await probeSystem({ source: createSource({ runCommand }) })).gpu).toBeNull();
    expect(asked).toEqual([]);
    const withDriver = createSource({ runCommand }, { '/proc/driver/nvidia/version': 'NVRM version' });
    expect((await probeSystem({ source: withDriver })).gpu).toEqual({
      vendor: 'nvidia',
      name: 'NVIDIA T4',
      memoryBytes: 15_360 * 1024 ** 2,
      isUnified: false,
    });
    expect(asked).toEqual([['nvidia-smi', '--query-gpu=name,memory.total', '--format=csv,noheader,nounits']]);
  });

  it('knows that Apple silicon shares its memory', async () => {
    const source = createSource({
      platform: 'darwin',
      arch: 'arm64',
      cpuModel: 'Apple M1',
      totalBytes: 16 * GIB,
    });
    const { gpu } = await probeSystem({ source });
    expect(gpu).toEqual({ vendor: 'apple', name: 'Apple M1', memoryBytes: 16 * GIB, isUnified: true });
  });

  it('measures the machine at hand', async () => {
    const probe = await probeSystem();
    expect(probe.cores).toBeGreaterThan(0);
    expect(probe.availableBytes).toBeGreaterThan(0);
    expect(probe.availableBytes).toBeLessThanOrEqual(probe.totalBytes);
    expect(probe.effectiveLimitBytes).toBeLessThanOrEqual(probe.totalBytes);
  });
});

describe('assessing the local tier', () => {
  const assess = async (overrides: Partial<ProbeSource>) => {
    const { isOn, reasons } = assessLocalTier(await probeSystem({ source: createSource(overrides) }));
    return [isOn, ...reasons.map(({ code }) => code)];
  };

  it('is on from 16 GB on x86-64, arm64 and Apple silicon', async () => {
    expect(await assess({ totalBytes: 16 * GIB })).toEqual([true]);
    expect(await assess({ totalBytes: 15.5 * GIB, arch: 'arm64' })).toEqual([true]);
    expect(await assess({ totalBytes: 16 * GIB, platform: 'darwin', arch: 'arm64' })).toEqual([true]);
  });

  it('is off with every reason below that', async () => {
    expect(await assess({ totalBytes: 8 * GIB })).toEqual([false, 'memory_too_small']);
    expect(await assess({ constrainedBytes: 4 * GIB })).toEqual([false, 'memory_too_small']);
    expect(await assess({ platform: 'darwin', arch: 'x64' })).toEqual([false, 'architecture_unsupported']);
    expect(await assess({ arch: 'ia32', totalBytes: 4 * GIB })).toEqual([
      false,
      'architecture_unsupported',
      'memory_too_small',
    ]);
  });

  it('names the figures for a person', async () => {
    const probe = await probeSystem({ source: createSource({ constrainedBytes: 4 * GIB }) });
    const { reasons } = assessLocalTier(probe);
    expect(reasons[0]?.message).toBe('Local models need 16 GB of memory; the control group allows 4.0 GiB');
  });
});
