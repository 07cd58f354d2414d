import { packageBuild } from '../../tools/build/tsup-preset.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    bin: 'src/bin.ts',
    'llama-worker': 'src/worker/llama-worker.ts',
  },
  entryWithTypes: ['index', 'testing'],
});
