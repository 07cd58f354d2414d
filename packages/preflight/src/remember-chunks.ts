import type { Chunker, ChunkFileInput, FileChunks } from '@parseltongue/isg-core';

/** Characters of text whose rows are remembered. */
const MAX_REMEMBERED_CHARS = 8 * 1024 * 1024;

/** A chunker that remembers the rows of the texts it was asked for last: gates ask for the same ones again. */
export function rememberChunks(chunker: Chunker): Chunker {
  const known = new Map<string, { text: string; rows: Promise<FileChunks> }>();
  let size = 0;
  const forget = (key: string): void => {
    size -= known.get(key)?.text.length ?? 0;
    known.delete(key);
  };
  return {
    chunkFile({ path, text }: ChunkFileInput): Promise<FileChunks> {
      const key = `${path}\0${text}`;
      const found = known.get(key)?.rows ?? chunker.chunkFile({ path, text });
      found.catch(() => {
        forget(key);
      });
      forget(key); // what was asked for last is forgotten last
      known.set(key, { text, rows: found });
      size += text.length;
      for (const oldest of known.keys()) {
        if (size <= MAX_REMEMBERED_CHARS) break;
        forget(oldest);
      }
      return found;
    },
  };
}
