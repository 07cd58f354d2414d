export { StreamError, type StreamErrorCode, type StreamErrorDetails } from './errors.js';
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
export { type StreamOptions, streamChunks } from './stream-chunks.js';
export type { ReadOptions } from './stream-options.js';
