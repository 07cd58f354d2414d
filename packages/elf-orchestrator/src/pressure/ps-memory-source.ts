import { freemem, totalmem } from 'node:os';
import { runQuietly } from '../probe/probe-source.js';
import { type MemorySource, type ProcessMemory, type SystemMemory, sumTree } from './memory-source.js';

/** Runs a command by its arguments; null when it is missing or fails. */
export type CommandRunner = (file: string, args: readonly string[]) => Promise<string | null>;

const KIBIBYTE = 1_024;

/**
 * Measures through `ps`, which tells resident memory only: shared file pages count in every process, which errs
 * upwards. On macOS available memory is taken from `vm_stat`.
 */
export function createPsMemorySource(platform: string, run: CommandRunner = runQuietly): MemorySource {
  return {
    kind: 'ps',
    async readTree(rootPid) {
      const listing = await run('ps', ['-axo', 'pid=,ppid=,rss=']);
      return sumTree(pickTree(parseProcesses(listing ?? ''), rootPid));
    },
    async readSystem() {
      const pages = platform === 'darwin' ? await run('vm_stat', []) : null;
      return describeSystem(pages);
    },
  };
}

interface ListedProcess {
  parent: number;
  memory: ProcessMemory;
}

function parseProcesses(listing: string): ListedProcess[] {
  return listing.split('\n').flatMap((line) => {
    const [pid, parent, kibibytes] = line.trim().split(/\s+/).map(Number);
    if (pid === undefined || parent === undefined || kibibytes === undefined) return [];
    return [{ parent, memory: { pid, anonBytes: kibibytes * KIBIBYTE, fileBytes: 0 } }];
  });
}

function pickTree(processes: readonly ListedProcess[], rootPid: number): ProcessMemory[] {
  const picked = processes.filter(({ memory }) => memory.pid === rootPid).map(({ memory }) => memory);
  // The list grows while it is walked: children follow their parents.
  for (const { pid } of picked) {
    picked.push(...processes.filter(({ parent }) => parent === pid).map(({ memory }) => memory));
  }
  return picked;
}

function describeSystem(vmStat: string | null): SystemMemory {
  const totalBytes = totalmem();
  const pageBytes = Number(/page size of (\d+) bytes/.exec(vmStat ?? '')?.[1]);
  const free = ['free', 'inactive', 'speculative', 'purgeable'].map((name) =>
    Number(new RegExp(`^Pages ${name}:\\s+(\\d+)\\.$`, 'm').exec(vmStat ?? '')?.[1] ?? 0),
  );
  const told = free.reduce((sum, pages) => sum + pages, 0) * pageBytes;
  const availableBytes = Number.isFinite(told) ? Math.min(told, totalBytes) : freemem();
  return { totalBytes, availableBytes, cgroup: null };
}
