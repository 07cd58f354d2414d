export type { GgufContent, GgufTensor, GgufValue } from './gguf-writer.js';
export { encodeGguf } from './gguf-writer.js';
export {
  CHAIN20_LINES,
  createSyntheticModel,
  expectIsoAnswer,
  type RandomModelSpec,
  type SyntheticModelSpec,
  writeSyntheticModel,
} from './synthetic-model.js';
