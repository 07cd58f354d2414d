import { packageTests } from './build/vitest-preset.js';

export default packageTests('tools');
