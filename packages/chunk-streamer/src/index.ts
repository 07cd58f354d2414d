export { StreamError, type StreamErrorCode, type StreamErrorDetails } from './errors.js';
export {
  type ExactCoverage,
  type ExactFact,
  type ExactRow,
  type ExactTier,
  type IndexedRepository,
  type NoExactTier,
} from './exact/exact-tier.js';
export { mergeExactEdges } from './exact/merge-exact-edges.js';
export { narrowExactTier } from './exact/narrow-exact-tier.js';
export { type ExactTierOptions, readExactTier } from './exact/read-exact-tier.js';
export {
  type IncrementalOptions,
  type IncrementalStream,
  openIncrementalStream,
  type UpdateOptions,
} from './incremental/open-incremental-stream.js';
export {
  defineLanguage,
  type ExtractContext,
  type FilePlace,
  type FileSyntax,
  type LanguageDefinition,
} from './languages/define-language.js';
export type { GraphProblem } from './languages/rust/resolve/index.js';
export { listSources, type SourceFile } from './list-sources.js';
export {
  analyzeOverlay,
  type OverlayAnalysis,
  type OverlayAnalyzer,
  type OverlayChange,
  openAnalyzer,
} from './open-analyzer.js';
export { type ChunkerOptions, openChunker } from './open-chunker.js';
export { cutPieces, type Granularity, type PieceOptions, type TextPiece } from './pieces/cut-pieces.js';
export { streamPieces } from './pieces/stream-pieces.js';
export { type StreamOptions, streamChunks } from './stream-chunks.js';
export type { ReadOptions } from './stream-options.js';
export {
  type RescanReason,
  type WatchBatch,
  type WatchOptions,
  watchRepository,
} from './watch/watch-repository.js';
