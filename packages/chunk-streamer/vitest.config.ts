import { packageTests } from '../../tools/build/vitest-preset.js';

export default packageTests('chunk-streamer');
