import { type GgufMetadata, readFinite, readPositive, readPositives, readText } from './gguf-metadata.js';
import { GgufRefused } from './gguf-refusal.js';
import type { GgufTensorInfo } from './gguf-tensors.js';
import { checkVocabulary } from './gguf-vocabulary.js';

/** The shape of a model as its metadata gives it. */
export interface ModelShape {
  architecture: string;
  /** `full`: the matrices of every block were checked; `generic`: keys and vocabulary only. */
  checked: 'full' | 'generic';
  trainContextTokens: number;
  embeddingLength: number;
  layerCount: number;
  vocabularySize: number;
  /** Key-value cache bytes a token takes in half precision, over all layers; 0 for recurrent models. */
  kvBytesPerToken: number;
}

/** Row length and rows of the matrices in one block. */
interface BlockSizes {
  embedding: number;
  query: number;
  key: number;
  value: number;
  attentionOut: number;
  feedForward: number;
}
type Matrix = readonly [name: string, row: keyof BlockSizes, rows: keyof BlockSizes];

const MAX_LAYERS = 4_096;
const HALF_BYTES = 2;
const GATED: readonly Matrix[] = [
  ['attn_q', 'embedding', 'query'],
  ['attn_k', 'embedding', 'key'],
  ['attn_v', 'embedding', 'value'],
  ['attn_output', 'attentionOut', 'embedding'],
  ['ffn_gate', 'embedding', 'feedForward'],
  ['ffn_up', 'embedding', 'feedForward'],
  ['ffn_down', 'feedForward', 'embedding'],
];
const UNGATED = GATED.filter(([name]) => name !== 'ffn_gate');
// Architectures that store their blocks exactly so; all others get the generic checks.
const MATRICES: ReadonlyMap<string, readonly Matrix[]> = new Map([
  ...['qwen2', 'qwen3', 'gemma', 'gemma2', 'gemma3', 'minicpm', 'olmo', 'olmo2'].map(
    (name) => [name, GATED] as const,
  ),
  ['starcoder2', UNGATED],
]);
const RMS_NORM = new Set([
  'llama',
  'qwen2',
  'qwen3',
  'gemma',
  'gemma2',
  'gemma3',
  'minicpm',
  'olmo2',
  'phi3',
  'openelm',
]);

/** Checks the keys, the vocabulary and the matrices that a model's architecture needs, and returns its shape. */
export function checkArchitecture(metadata: GgufMetadata, tensors: readonly GgufTensorInfo[]): ModelShape {
  const architecture = readText(metadata, 'general.architecture');
  if (!/^[a-z0-9][a-z0-9_.-]{0,63}$/.test(architecture)) {
    throw new GgufRefused('key_value', 'general.architecture', 'general.architecture is not a name');
  }
  refuseSplit(metadata);
  const embeddingLength = readPositive(metadata, `${architecture}.embedding_length`);
  const layerCount = readPositive(metadata, `${architecture}.block_count`);
  if (layerCount > MAX_LAYERS) {
    throw new GgufRefused(
      'key_value',
      `${architecture}.block_count`,
      `The model claims ${layerCount} layers`,
    );
  }
  const trainContextTokens = readPositive(metadata, `${architecture}.context_length`);
  const blocks = isRecurrent(architecture)
    ? []
    : readBlocks(metadata, architecture, { embeddingLength, layerCount });
  const vocabularySize = checkVocabulary(metadata);
  const matrices = pickMatrices(architecture, tensors);
  checkTensors(tensors, matrices, { blocks, embeddingLength, vocabularySize });
  return {
    architecture,
    checked: matrices === undefined ? 'generic' : 'full',
    trainContextTokens,
    embeddingLength,
    layerCount,
    vocabularySize,
    kvBytesPerToken: blocks.reduce((sum, { key, value }) => sum + (key + value) * HALF_BYTES, 0),
  };
}

function refuseSplit(metadata: GgufMetadata): void {
  const parts = metadata.get('split.count')?.value;
  if (typeof parts !== 'number' || parts <= 1) return;
  throw new GgufRefused(
    'split_unsupported',
    'split.count',
    `The model is split into ${parts} files; merge them`,
  );
}

function isRecurrent(architecture: string): boolean {
  return /^(rwkv|arwkv|mamba)/.test(architecture);
}

/** Mixture-of-experts variants of an architecture keep their feed-forward matrices in other tensors. */
function pickMatrices(
  architecture: string,
  tensors: readonly GgufTensorInfo[],
): readonly Matrix[] | undefined {
  if (architecture !== 'llama') return MATRICES.get(architecture);
  return tensors.some(({ name }) => name.includes('_exps')) ? undefined : GATED;
}

function readBlocks(
  metadata: GgufMetadata,
  architecture: string,
  shape: { embeddingLength: number; layerCount: number },
): BlockSizes[] {
  const { embeddingLength, layerCount } = shape;
  if (RMS_NORM.has(architecture)) readFinite(metadata, `${architecture}.attention.layer_norm_rms_epsilon`);
  const read = (key: string) => readPositives(metadata, `${architecture}.${key}`, layerCount);
  const readOr = (key: string, fallback: number[]) =>
    metadata.has(`${architecture}.${key}`) ? read(key) : fallback;
  const feedForward = read('feed_forward_length');
  const heads = read('attention.head_count');
  const kvHeads = readOr('attention.head_count_kv', heads);
  const headSizes = heads.map((count) => embeddingLength / count);
  const keyLengths = readOr('attention.key_length', headSizes);
  const valueLengths = readOr('attention.value_length', headSizes);
  return heads.map((count, layer) => {
    const kvCount = kvHeads[layer] ?? count;
    const keyLength = keyLengths[layer] ?? 0;
    const valueLength = valueLengths[layer] ?? 0;
    if (count % kvCount !== 0 || !Number.isInteger(keyLength) || !Number.isInteger(valueLength)) {
      const message = `${count} heads and ${kvCount} key-value heads do not divide ${embeddingLength} values`;
      throw new GgufRefused('key_value', `${architecture}.attention.head_count`, message);
    }
    return {
      embedding: embeddingLength,
      query: count * keyLength,
      key: kvCount * keyLength,
      value: kvCount * valueLength,
      attentionOut: count * valueLength,
      feedForward: feedForward[layer] ?? 0,
    };
  });
}

function checkTensors(
  tensors: readonly GgufTensorInfo[],
  matrices: readonly Matrix[] | undefined,
  shape: { blocks: readonly BlockSizes[]; embeddingLength: number; vocabularySize: number },
): void {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const { embeddingLength, vocabularySize } = shape;
  expectShape(byName, 'token_embd.weight', [embeddingLength, vocabularySize]);
  if (byName.has('output.weight')) expectShape(byName, 'output.weight', [embeddingLength, vocabularySize]);
  if (byName.has('output_norm.weight')) expectShape(byName, 'output_norm.weight', [embeddingLength]);
  if (matrices === undefined) return;
  shape.blocks.forEach((sizes, layer) => {
    for (const [name, row, rows] of matrices) {
      expectShape(byName, `blk.${layer}.${name}.weight`, [sizes[row], sizes[rows]]);
    }
  });
}

function expectShape(
  byName: ReadonlyMap<string, GgufTensorInfo>,
  name: string,
  expected: readonly number[],
): void {
  const tensor = byName.get(name);
  if (tensor === undefined) throw new GgufRefused('tensor_missing', name, `The tensor ${name} is missing`);
  if (tensor.dims.length !== expected.length || tensor.dims.some((dim, index) => dim !== expected[index])) {
    const message = `${name} is ${tensor.dims.join(' x ')}, expected ${expected.join(' x ')}`;
    throw new GgufRefused('tensor_shape', name, message);
  }
}
