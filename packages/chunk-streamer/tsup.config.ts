import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { packageBuild } from '../../tools/build/tsup-preset.js';

const require = createRequire(import.meta.url);

export default packageBuild({
  entry: { index: 'src/index.ts', bin: 'src/bin.ts', 'stream-worker': 'src/workers/stream-worker.ts' },
  entryWithTypes: ['index'],
  // Users install no grammar package: its wasm file and licence travel in the build.
  onSuccess: async () => {
    await copyFile(require.resolve('tree-sitter-rust/tree-sitter-rust.wasm'), 'dist/tree-sitter-rust.wasm');
    await copyFile(require.resolve('tree-sitter-rust/LICENSE'), 'dist/tree-sitter-rust.LICENSE');
  },
});
