import { readdir, readFile } from 'node:fs/promises';

/**
 * Resident bytes of all processes of a group. Linux only: null elsewhere and when nothing of the group is left, since no
 * other system tells it without a program of its own.
 */
export async function readGroupMemory(groupId: number): Promise<number | null> {
  const entries = await readdir('/proc').catch(() => []);
  let total: number | null = null;
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    const bytes = await readResident(entry, groupId);
    if (bytes !== null) total = (total ?? 0) + bytes;
  }
  return total;
}

/** Null for a process of another group and one that ended meanwhile. */
async function readResident(pid: string, groupId: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // the command's name may hold anything, parentheses included
  const group = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
  if (group !== String(groupId)) return null;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+)/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
