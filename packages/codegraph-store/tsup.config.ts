import { packageBuild } from '../../tools/build/tsup-preset.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    bin: 'src/bin.ts',
    'engine-worker': 'src/engines/engine-worker.ts',
  },
  entryWithTypes: ['index'],
});
