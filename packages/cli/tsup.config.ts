import { packageBuild } from '../../tools/build/tsup-preset.js';

export default packageBuild({
  entry: { index: 'src/index.ts', main: 'src/main.ts' },
  entryWithTypes: ['index'],
});
