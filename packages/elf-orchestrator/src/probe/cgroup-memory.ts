import { join } from 'node:path';

/** Memory of the control group this process runs in. */
export interface CgroupMemory {
  version: 1 | 2;
  limitBytes: number;
  /** What cannot be given back at once: usage without inactive page cache. */
  usedBytes: number;
}

/** Reads a small text file; null when it cannot be read. */
export type TextReader = (path: string) => string | null;

const ROOTS = { 1: '/sys/fs/cgroup/memory', 2: '/sys/fs/cgroup' } as const;
const FILES = {
  1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', cache: 'total_inactive_file' },
  2: { limit: 'memory.max', usage: 'memory.current', cache: 'inactive_file' },
} as const;

/**
 * Reads the memory limit and use of the own control group, version 1 or 2; null when there is no limit below
 * `physicalBytes`. Inside a container the group's path may lie outside the mount; its root is read then.
 */
export function readCgroupMemory(readText: TextReader, physicalBytes: number): CgroupMemory | null {
  const membership = readText('/proc/self/cgroup');
  if (membership === null) return null;
  const found = ([2, 1] as const)
    .flatMap((version) => listGroupDirs(version, membership).map((dir) => readGroup(readText, dir, version)))
    .filter((group) => group !== null)
    .filter((group) => group.limitBytes < physicalBytes)
    .sort((a, b) => a.limitBytes - b.limitBytes);
  return found[0] ?? null;
}

function listGroupDirs(version: 1 | 2, membership: string): string[] {
  const pattern = version === 2 ? /^0::(\/.*)$/m : /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m;
  const path = pattern.exec(membership)?.[1];
  if (path === undefined) return [];
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '..');
  // A limit on any ancestor binds as well.
  return segments
    .map((_, index) => join(ROOTS[version], ...segments.slice(0, segments.length - index)))
    .concat(ROOTS[version]);
}

function readGroup(readText: TextReader, dir: string, version: 1 | 2): CgroupMemory | null {
  const files = FILES[version];
  const limitBytes = readBytes(readText(join(dir, files.limit)));
  const usage = readBytes(readText(join(dir, files.usage)));
  if (limitBytes === null || usage === null) return null;
  const stat = readText(join(dir, 'memory.stat')) ?? '';
  const cache = Number(new RegExp(`^${files.cache} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
  return { version, limitBytes, usedBytes: Math.max(0, usage - cache) };
}

function readBytes(text: string | null): number | null {
  const value = text === null ? Number.NaN : Number(text.trim());
  return Number.isFinite(value) ? value : null;
}
