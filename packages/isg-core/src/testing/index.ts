export { buildChunk, chunkTextSimply } from './chunk-text.js';
export { parseSourceFiles } from './source-files.js';
