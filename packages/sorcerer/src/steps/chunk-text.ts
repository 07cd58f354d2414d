import type { Chunk } from '@parseltongue/isg-core';
import type { RunSession } from '../run-session.js';

/** The rows of a text; none for a file that is gone or no Rust source: manifests and the like are changed as text. */
export async function chunkText(session: RunSession, path: string, text: string | null): Promise<Chunk[]> {
  if (text === null || !path.endsWith('.rs')) return [];
  return (await session.ports.chunker.chunkFile({ path, text })).rows;
}
