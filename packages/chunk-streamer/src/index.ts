export { StreamError, type StreamErrorCode, type StreamErrorDetails } from './errors.js';
export type { ReadOptions } from './stream-options.js';
export { type StreamOptions, streamChunks } from './stream-chunks.js';
