import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ExactTier, mergeExactEdges, narrowExactTier } from '@parseltongue/chunk-streamer';
import type { Edge, FileFacts, IndexRecord } from '@parseltongue/isg-core';

/** What is kept of the compiler's side between two index runs. */
export interface ExactFacts {
  tool: string;
  tool_version: string;
  /** Files whose bytes are still those the compiler saw. */
  files: number;
  edges: number;
}

/** Reads the kept tier; undefined when there is none, or one of another version. */
export async function loadExactTier(file: string): Promise<ExactTier | undefined> {
  try {
    const tier = JSON.parse(await readFile(file, 'utf8')) as ExactTier;
    return (tier.contract as string) === 'pt.exact/1' ? tier : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a tier; one without a file left is removed. */
export async function saveExactTier(file: string, tier: ExactTier): Promise<void> {
  if (Object.keys(tier.files).length === 0) {
    await rm(file, { force: true });
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(tier));
  await rename(`${file}.new`, file);
}

/** Counts of a tier, for people. */
export function describeTier(tier: ExactTier): ExactFacts {
  const { tool, tool_version, files, edges } = tier;
  return { tool, tool_version, files: Object.keys(files).length, edges: edges.length };
}

/**
 * Merges the edges of a whole stream with what of the tier still holds for its files; other records pass as they come.
 *
 * `onNarrowed` is told the tier that was used, before the first edge.
 */
export async function* mergeExactRecords(
  records: AsyncIterable<IndexRecord>,
  tier: ExactTier,
  onNarrowed: (tier: ExactTier) => void,
): AsyncGenerator<IndexRecord> {
  const files: Pick<FileFacts, 'path' | 'hash'>[] = [];
  const typed: Edge[] = [];
  for await (const record of records) {
    if (record.type === 'file') files.push({ path: record.file.path, hash: record.file.hash });
    if (record.type === 'edge') {
      typed.push(record.edge);
      continue;
    }
    if (record.type === 'ledger') {
      const narrowed = narrowExactTier(tier, files);
      onNarrowed(narrowed);
      for (const edge of mergeExactEdges(typed, narrowed)) yield { type: 'edge', edge };
    }
    yield record;
  }
}
