import { createMemorySource } from '@parseltongue/elf-orchestrator';

/** Memory of this process and everything it started; undefined where the platform cannot say. */
export async function readTreeMemory(): Promise<number | undefined> {
  const tree = await createMemorySource(process.platform)?.readTree(process.pid);
  return tree?.usedBytes;
}
