import { type GgufMetadata, readArray, readPositive, readText } from './gguf-metadata.js';
import { GgufRefused } from './gguf-refusal.js';

const MAX_TOKENS = 4_194_304;
const TOKEN_ID_KEYS = ['bos', 'eos', 'eot', 'unknown', 'padding', 'seperator', 'separator'].map(
  (name) => `tokenizer.ggml.${name}_token_id`,
);

/** Checks that a vocabulary is there and consistent; returns its number of tokens. */
export function checkVocabulary(metadata: GgufMetadata): number {
  const model = readText(metadata, 'tokenizer.ggml.model');
  const size = readArray(metadata, 'tokenizer.ggml.tokens', ['string']).length;
  if (size === 0 || size > MAX_TOKENS) refuse('tokenizer.ggml.tokens', `The vocabulary has ${size} tokens`);
  if (model === 'gpt2') readArray(metadata, 'tokenizer.ggml.merges', ['string']);
  checkParallelArray(metadata, 'tokenizer.ggml.token_type', size);
  checkParallelArray(metadata, 'tokenizer.ggml.scores', size);
  for (const key of TOKEN_ID_KEYS) checkTokenId(metadata, key, size);
  return size;
}

function checkParallelArray(metadata: GgufMetadata, key: string, size: number): void {
  if (!metadata.has(key)) return;
  const { length } = readArray(metadata, key, ['i32', 'u32', 'f32']);
  if (length !== size) refuse(key, `${key} has ${length} items for ${size} tokens`);
}

function checkTokenId(metadata: GgufMetadata, key: string, size: number): void {
  const entry = metadata.get(key);
  if (entry === undefined || entry.value === 0) return;
  const id = readPositive(metadata, key);
  if (id >= size) refuse(key, `${key} is ${id}, but there are ${size} tokens`);
}

function refuse(subject: string, message: string): never {
  throw new GgufRefused('vocabulary_invalid', subject, message);
}
