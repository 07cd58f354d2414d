import { setTimeout as delay } from 'node:timers/promises';

/** Polls until a condition holds; fails with its name when that takes too long. */
export async function waitUntil(name: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited too long until ${name}`);
    await delay(5);
  }
}

/** True while a process with this id runs. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
