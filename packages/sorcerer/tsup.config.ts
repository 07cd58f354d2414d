import { packageBuild } from '../../tools/build/tsup-preset.js';

export default packageBuild({
  entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
  entryWithTypes: ['index', 'testing'],
});
