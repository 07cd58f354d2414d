import { readdirSync } from 'node:fs';
import { readCgroupMemory, type TextReader } from '../probe/cgroup-memory.js';
import { readSmallFile } from '../probe/probe-source.js';
import { type MemorySource, type ProcessMemory, sumTree } from './memory-source.js';

/** How often the exact share of file pages is read again; it costs more than the rest of a sample. */
const FILE_SHARE_EVERY_READS = 8;
const KIBIBYTE = 1_024;

interface FileShare {
  bytes: number;
  readsLeft: number;
}

/**
 * Measures through /proc: anonymous and shared memory at every read, and the proportional share of file pages at every
 * eighth read of a process. Where that share is not readable all file pages count, which errs upwards.
 */
export function createLinuxMemorySource(readText: TextReader = readSmallFile): MemorySource {
  const shares = new Map<number, FileShare>();
  return {
    kind: 'linux_proc',
    readTree(rootPid) {
      const processes = listTree(rootPid, readText)
        .map((pid) => readProcess(pid, readText, shares))
        .filter((process) => process !== null);
      const alive = new Set(processes.map(({ pid }) => pid));
      for (const pid of shares.keys()) if (!alive.has(pid)) shares.delete(pid);
      return Promise.resolve(sumTree(processes));
    },
    readSystem() {
      const meminfo = readText('/proc/meminfo') ?? '';
      const totalBytes = readKibibytes(meminfo, 'MemTotal') ?? 0;
      const cgroup = readCgroupMemory(readText, totalBytes);
      return Promise.resolve({
        totalBytes,
        availableBytes: readKibibytes(meminfo, 'MemAvailable') ?? 0,
        cgroup,
      });
    },
  };
}

function listTree(rootPid: number, readText: TextReader): number[] {
  const pids = [rootPid];
  let walkedAll: ReadonlyMap<number, number[]> | undefined;
  // The list grows while it is walked: children follow their parents.
  for (const pid of pids) {
    const children =
      listChildrenOfThreads(pid, readText) ?? (walkedAll ??= mapChildren(readText)).get(pid) ?? [];
    pids.push(...children);
  }
  return pids;
}

/** A child belongs to the thread that started it; null when the kernel does not tell children. */
function listChildrenOfThreads(pid: number, readText: TextReader): number[] | null {
  if (readText(`/proc/${pid}/task/${pid}/children`) === null) return null;
  return listNumbers(`/proc/${pid}/task`).flatMap((thread) =>
    (readText(`/proc/${pid}/task/${thread}/children`) ?? '')
      .split(' ')
      .filter((text) => text.trim() !== '')
      .map(Number),
  );
}

function mapChildren(readText: TextReader): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const pid of listNumbers('/proc')) {
    const stat = readText(`/proc/${pid}/stat`);
    // The command in parentheses may hold spaces and parentheses itself.
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number.isInteger(parent)) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}

function listNumbers(dir: string): number[] {
  try {
    return readdirSync(dir)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readProcess(
  pid: number,
  readText: TextReader,
  shares: Map<number, FileShare>,
): ProcessMemory | null {
  const status = readText(`/proc/${pid}/status`);
  const anon = status === null ? null : readKibibytes(status, 'RssAnon');
  if (status === null || anon === null) return null;
  const anonBytes = anon + (readKibibytes(status, 'RssShmem') ?? 0);
  const known = shares.get(pid);
  if (known !== undefined && known.readsLeft > 0) {
    known.readsLeft -= 1;
    return { pid, anonBytes, fileBytes: known.bytes };
  }
  const rollup = readText(`/proc/${pid}/smaps_rollup`) ?? '';
  const fileBytes = readKibibytes(rollup, 'Pss_File') ?? readKibibytes(status, 'RssFile') ?? 0;
  shares.set(pid, { bytes: fileBytes, readsLeft: FILE_SHARE_EVERY_READS - 1 });
  return { pid, anonBytes, fileBytes };
}

function readKibibytes(text: string, field: string): number | null {
  const value = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return value === undefined ? null : Number(value) * KIBIBYTE;
}
