export { openLlamaModel, type LlamaModelOptions } from './backends/llama/open-llama-model.js';
export { ElfError } from './errors.js';
