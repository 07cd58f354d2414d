export {
  createScriptedModel,
  type ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedReply,
} from '../backends/scripted/create-scripted-model.js';
export { encodeGguf, type GgufContent, type GgufTensor, type GgufValue } from './gguf-writer.js';
export {
  CHAIN20_LINES,
  createSyntheticModel,
  expectIsoAnswer,
  type RandomModelSpec,
  type SyntheticModelSpec,
  writeSyntheticModel,
} from './synthetic-model.js';
