import { open } from 'node:fs/promises';
import { createByteVocabulary, type SyntheticVocabulary } from './byte-vocabulary.js';
import { encodeGguf, type GgufContent, type GgufTensor, type GgufValue } from './gguf-writer.js';
import { createRandomFill } from './random-weights.js';

/**
 * Which synthetic model to write.
 *
 * `chain20` prints exactly 20 known lines and stops; `chain` prints the texts it is given, one a token; `loop` repeats one
 * line for ever; `nan` has a weight that is not a number; `iso` answers with one of 32 private chains, chosen by the last
 * byte of its prompt; `random` has seeded random weights of any shape.
 */
export type SyntheticModelSpec = AutomatonSpec | RandomModelSpec;

/** A model whose weights hold what it says; more layers and wider ones cost time and change no answer. */
export interface AutomatonSpec {
  kind: 'chain20' | 'chain' | 'loop' | 'nan' | 'iso';
  /** What a `chain` prints, one token each. */
  texts?: readonly string[];
  chatTemplate?: string;
  layers?: number;
  feedForward?: number;
  /** How the matrices inside the layers are stored. */
  storage?: 'f32' | 'q4_0';
}

/** A model of seeded random weights; row lengths must divide by the block of its storage type. */
export interface RandomModelSpec {
  kind: 'random';
  seed?: number;
  layers?: number;
  embedding?: number;
  feedForward?: number;
  heads?: number;
  kvHeads?: number;
  storage?: 'f32' | 'f16' | 'q4_0' | 'q8_0';
  /** Tokens in all, 259 by default; those beyond are never produced by tokenizing. */
  vocabularySize?: number;
  /** An embedding model pools its vectors by mean; a ranking model has two classes and a query template. */
  purpose?: 'text' | 'embedding' | 'ranking';
}

const F32 = 0;
const STORAGE_TYPES = { f32: 0, f16: 1, q4_0: 2, q8_0: 8 } as const;
const TRAIN_CONTEXT_TOKENS = 65_536;
const AUTOMATON_HEAD_SIZE = 64;
const ISO_CHAINS = 32;
const ISO_LENGTH = 8;
const LOGIT_GAIN = 4;
const BYTE_VOCABULARY_SIZE = 259;
const POOL_MEAN = 1;
const POOL_RANK = 4;

/** The 20 lines that a `chain20` model prints, each with its line feed. */
export const CHAIN20_LINES: readonly string[] = Array.from(
  { length: 20 },
  (_, index) => `line${String(index + 1).padStart(2, '0')}\n`,
);

/** The text that an `iso` model answers to a prompt whose last byte is `byte`. */
export function expectIsoAnswer(byte: number): string {
  const chain = byte % ISO_CHAINS;
  return Array.from({ length: ISO_LENGTH }, (_, step) => isoText(chain + step * ISO_CHAINS)).join('');
}

/** Writes a small GGUF model to `path`; the file is complete when the promise resolves. */
export async function writeSyntheticModel(path: string, spec: SyntheticModelSpec): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const piece of encodeGguf(createSyntheticModel(spec))) await file.write(piece);
  } finally {
    await file.close();
  }
}

/** Builds the content of a synthetic model, so that a test can damage it before it is encoded. */
export function createSyntheticModel(spec: SyntheticModelSpec): GgufContent {
  return spec.kind === 'random' ? createRandomModel(spec) : createAutomaton(spec);
}

interface Shape {
  vocabulary: SyntheticVocabulary;
  layers: number;
  embedding: number;
  feedForward: number;
  heads: number;
  kvHeads: number;
  chatTemplate: string | undefined;
  purpose: 'text' | 'embedding' | 'ranking';
}

/**
 * Blocks that pass their input through, one-hot embeddings, and an output matrix that names each token's successor:
 * greedy decoding then walks the table "current token -> next token".
 */
function createAutomaton({ kind, ...spec }: AutomatonSpec): GgufContent {
  const { lines, successors } = AUTOMATA[kind](spec.texts ?? []);
  const vocabulary = createByteVocabulary(lines);
  const size = vocabulary.tokens.length;
  const embedding = Math.ceil(size / AUTOMATON_HEAD_SIZE) * AUTOMATON_HEAD_SIZE;
  const heads = embedding / AUTOMATON_HEAD_SIZE;
  const shape: Shape = {
    vocabulary,
    layers: spec.layers ?? 1,
    embedding,
    feedForward: spec.feedForward ?? 32,
    heads,
    kvHeads: 1,
    chatTemplate: spec.chatTemplate,
    purpose: 'text',
  };
  const fills: Record<string, (values: Float32Array) => void> = {
    'token_embd.weight': (values) => {
      for (let token = 0; token < size; token += 1) values[token * embedding + token] = 1;
      if (kind === 'nan') values.fill(Number.NaN, 0, size * embedding);
    },
    'output.weight': (values) => {
      for (let token = 0; token < size; token += 1) {
        values[successors(token, vocabulary) * embedding + token] = LOGIT_GAIN;
      }
    },
  };
  const storage = STORAGE_TYPES[spec.storage ?? 'f32'];
  const tensors = listTensors(shape).map(({ name, dims }): GgufTensor => {
    // Blocks of zero bytes are zeros in every storage type.
    if (name.startsWith('blk.') && dims.length === 2)
      return { name, dims, ggmlType: storage, fill: () => undefined };
    return f32Tensor(
      name,
      dims,
      fills[name] ?? (name.includes('norm') ? (values) => values.fill(1) : () => undefined),
    );
  });
  return { metadata: listMetadata(shape), tensors };
}

interface Automaton {
  lines: readonly string[];
  successors: (token: number, vocabulary: SyntheticVocabulary) => number;
}

const AUTOMATA: Record<AutomatonSpec['kind'], (texts: readonly string[]) => Automaton> = {
  chain: (texts) => createChain(texts),
  chain20: () => createChain(CHAIN20_LINES),
  nan: () => createChain(CHAIN20_LINES),
  loop: () => ({ lines: ['again\n'], successors: (_, { firstLineId }) => firstLineId }),
  iso: () => ({
    lines: Array.from({ length: ISO_CHAINS * ISO_LENGTH }, (_, index) => isoText(index)),
    successors: (token, { firstLineId, eosId }) => {
      if (token < 256) return firstLineId + (token % ISO_CHAINS);
      const next = token + ISO_CHAINS;
      return token >= firstLineId && next < firstLineId + ISO_CHAINS * ISO_LENGTH ? next : eosId;
    },
  }),
};

function isoText(index: number): string {
  return `<${index % ISO_CHAINS}.${Math.floor(index / ISO_CHAINS)}>`;
}

function createChain(lines: readonly string[]): Automaton {
  return {
    lines,
    successors: (token, { firstLineId, eosId }) => {
      if (token < firstLineId) return firstLineId;
      return token + 1 < firstLineId + lines.length ? token + 1 : eosId;
    },
  };
}

function createRandomModel(spec: RandomModelSpec): GgufContent {
  const extraTokens = Math.max(0, (spec.vocabularySize ?? 0) - BYTE_VOCABULARY_SIZE);
  const shape: Shape = {
    vocabulary: createByteVocabulary(Array.from({ length: extraTokens }, (_, index) => ` extra${index}`)),
    layers: spec.layers ?? 2,
    embedding: spec.embedding ?? 64,
    feedForward: spec.feedForward ?? 128,
    heads: spec.heads ?? 2,
    kvHeads: spec.kvHeads ?? 1,
    chatTemplate: undefined,
    purpose: spec.purpose ?? 'text',
  };
  const storage = spec.storage ?? 'f32';
  const fill = createRandomFill(spec.seed ?? 1, storage);
  const tensors = listTensors(shape).map(({ name, dims }) => {
    if (name.includes('norm')) return f32Tensor(name, dims, (values) => values.fill(1));
    if (dims.length === 1) return f32Tensor(name, dims, () => undefined);
    return { name, dims, ggmlType: STORAGE_TYPES[storage], fill };
  });
  return { metadata: listMetadata(shape), tensors };
}

function f32Tensor(name: string, dims: readonly number[], fill: (values: Float32Array) => void): GgufTensor {
  return {
    name,
    dims,
    ggmlType: F32,
    fill: (bytes) => fill(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)),
  };
}

function listTensors(shape: Shape): { name: string; dims: number[] }[] {
  const { embedding, feedForward, layers, vocabulary } = shape;
  const kvSize = (embedding / shape.heads) * shape.kvHeads;
  const size = vocabulary.tokens.length;
  const tensors = [
    { name: 'token_embd.weight', dims: [embedding, size] },
    { name: 'output_norm.weight', dims: [embedding] },
    { name: 'output.weight', dims: [embedding, size] },
  ];
  const block: [string, number[]][] = [
    ['attn_norm.weight', [embedding]],
    ['attn_q.weight', [embedding, embedding]],
    ['attn_k.weight', [embedding, kvSize]],
    ['attn_v.weight', [embedding, kvSize]],
    ['attn_output.weight', [embedding, embedding]],
    ['attn_q.bias', [embedding]],
    ['attn_k.bias', [kvSize]],
    ['attn_v.bias', [kvSize]],
    ['ffn_norm.weight', [embedding]],
    ['ffn_gate.weight', [embedding, feedForward]],
    ['ffn_up.weight', [embedding, feedForward]],
    ['ffn_down.weight', [feedForward, embedding]],
  ];
  if (shape.purpose === 'ranking') {
    const headSize = embedding / shape.heads;
    tensors.push({ name: 'cls.output.weight', dims: [embedding, 2] });
    block.push(['attn_q_norm.weight', [headSize]], ['attn_k_norm.weight', [headSize]]);
  }
  for (let layer = 0; layer < layers; layer += 1) {
    tensors.push(...block.map(([name, dims]) => ({ name: `blk.${layer}.${name}`, dims })));
  }
  return tensors;
}

function listMetadata(shape: Shape): Map<string, GgufValue> {
  const u32 = (value: number): GgufValue => ({ type: 'u32', value });
  // Only this architecture ranks with a template of its own.
  const architecture = shape.purpose === 'ranking' ? 'qwen3' : 'qwen2';
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: architecture }],
    ['general.name', { type: 'string', value: 'synthetic' }],
    [`${architecture}.context_length`, u32(TRAIN_CONTEXT_TOKENS)],
    [`${architecture}.embedding_length`, u32(shape.embedding)],
    [`${architecture}.block_count`, u32(shape.layers)],
    [`${architecture}.feed_forward_length`, u32(shape.feedForward)],
    [`${architecture}.attention.head_count`, u32(shape.heads)],
    [`${architecture}.attention.head_count_kv`, u32(shape.kvHeads)],
    [`${architecture}.attention.layer_norm_rms_epsilon`, { type: 'f32', value: 1e-6 }],
    [`${architecture}.rope.freq_base`, { type: 'f32', value: 10_000 }],
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'qwen2' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: shape.vocabulary.tokens }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: shape.vocabulary.types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: [] }],
    ['tokenizer.ggml.bos_token_id', u32(shape.vocabulary.bosId)],
    ['tokenizer.ggml.eos_token_id', u32(shape.vocabulary.eosId)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ]);
  if (shape.chatTemplate !== undefined) {
    metadata.set('tokenizer.chat_template', { type: 'string', value: shape.chatTemplate });
  }
  if (shape.purpose === 'embedding') metadata.set(`${architecture}.pooling_type`, u32(POOL_MEAN));
  if (shape.purpose === 'ranking') addRanking(metadata, shape, architecture);
  return metadata;
}

function addRanking(metadata: Map<string, GgufValue>, shape: Shape, architecture: string): void {
  const headSize: GgufValue = { type: 'u32', value: shape.embedding / shape.heads };
  metadata.set(`${architecture}.pooling_type`, { type: 'u32', value: POOL_RANK });
  metadata.set(`${architecture}.attention.key_length`, headSize);
  metadata.set(`${architecture}.attention.value_length`, headSize);
  metadata.set(`${architecture}.classifier.output_labels`, { type: 'strings', value: ['yes', 'no'] });
  metadata.set('tokenizer.chat_template.rerank', { type: 'string', value: 'q:{query} d:{document}' });
}
