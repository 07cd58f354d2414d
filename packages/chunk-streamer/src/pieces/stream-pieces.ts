import type { Chunk } from '@parseltongue/isg-core';
import { type StreamOptions, streamChunks } from '../stream-chunks.js';
import { cutPieces, type PieceOptions, type TextPiece } from './cut-pieces.js';

/**
 * Streams a repository as pieces for model input, file by file in path order; nothing is resolved for it.
 *
 * @throws StreamError as `streamChunks` and `cutPieces`
 */
export async function* streamPieces(
  root: string,
  options: StreamOptions & PieceOptions = {},
): AsyncGenerator<TextPiece, void, undefined> {
  cutPieces([], options);
  let rows: Chunk[] = [];
  for await (const record of streamChunks(root, { ...options, references: false })) {
    if (record.type === 'row') rows.push(record.row);
    else if (record.type !== 'diagnostic') {
      yield* cutPieces(rows, options);
      rows = [];
    }
  }
}
