import { createLinuxMemorySource } from './linux-memory-source.js';
import type { MemorySource } from './memory-source.js';
import { createPsMemorySource } from './ps-memory-source.js';

/** Picks the source of a platform; null where process memory cannot be measured. */
export function createMemorySource(platform: string): MemorySource | null {
  if (platform === 'linux') return createLinuxMemorySource();
  if (platform === 'darwin' || platform === 'freebsd') return createPsMemorySource(platform);
  return null;
}
