import { readdirSync, readFileSync } from 'node:fs';
import { runProcess } from '../process/run-process.js';

/** One process of the system as a tree needs it. */
interface ProcessFacts {
  pid: number;
  parent: number;
  residentBytes: number;
}

const PAGE_BYTES = 4096;
const PS_TIMEOUT_MS = 5000;

/** A process and all it started, directly or not. */
export interface ProcessTree {
  pids: number[];
  /** Sum of what each process holds in memory; pages shared between them count once per process. */
  residentBytes: number;
}

/**
 * Reads the tree below `pid`, the process itself included; empty when it is gone.
 *
 * Parents decide, not process groups, so children that made a session of their own are found as well.
 */
export async function readProcessTree(pid: number): Promise<ProcessTree> {
  const facts = process.platform === 'linux' ? readProcFolder() : await askPs();
  const children = new Map<number, ProcessFacts[]>();
  for (const entry of facts) {
    const siblings = children.get(entry.parent) ?? [];
    siblings.push(entry);
    children.set(entry.parent, siblings);
  }
  const tree: ProcessTree = { pids: [], residentBytes: 0 };
  const queue = facts.filter((entry) => entry.pid === pid);
  for (const entry of queue) {
    tree.pids.push(entry.pid);
    tree.residentBytes += entry.residentBytes;
    queue.push(...(children.get(entry.pid) ?? []));
  }
  return tree;
}

/** Kills a process, all below it and its process group; those that are gone already are passed over. */
export async function killProcessTree(pid: number): Promise<void> {
  if (pid <= 1) return;
  const { pids } = await readProcessTree(pid);
  for (const target of [-pid, ...pids]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  }
}

function readProcFolder(): ProcessFacts[] {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return names.flatMap((name) => {
    try {
      return [parseStat(readFileSync(`/proc/${name}/stat`, 'utf8'))];
    } catch {
      return []; // it ended while the folder was read
    }
  });
}

/** The name in field 2 may hold spaces and brackets, so fields are counted from its last bracket. */
function parseStat(text: string): ProcessFacts {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(fields[1]),
    residentBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

async function askPs(): Promise<ProcessFacts[]> {
  const result = await runProcess({
    argv: ['ps', '-A', '-o', 'pid=,ppid=,rss='],
    cwd: '/',
    env: { PATH: '/bin:/usr/bin' },
    timeoutMs: PS_TIMEOUT_MS,
  });
  return result.stdout.split('\n').flatMap((line) => {
    const [pid, parent, kilobytes] = line.trim().split(/\s+/).map(Number);
    if (pid === undefined || parent === undefined || kilobytes === undefined || Number.isNaN(pid)) return [];
    return [{ pid, parent, residentBytes: kilobytes * 1024 }];
  });
}
