import { packageBuild } from '../../tools/build/tsup-preset.js';

export default packageBuild({ entry: { index: 'src/index.ts' }, entryWithTypes: ['index'] });
