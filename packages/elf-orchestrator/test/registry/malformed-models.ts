import {
  createSyntheticModel,
  encodeGguf,
  type GgufContent,
  type GgufValue,
} from '../../src/testing/index.js';

/** A damaged model file and the refusal it must meet. */
export interface MalformedModel {
  title: string;
  bytes: Buffer;
  code: string;
}

const SOUND = createSyntheticModel({ kind: 'random' });
const TYPE_OF_FIRST_KEY = 24 + 8 + 'general.architecture'.length;

/** Every way in which the tests damage a model. */
export function listMalformedModels(): MalformedModel[] {
  return [...listDamagedBytes(), ...listDamagedKeys(), ...listDamagedTensors()];
}

/** A sound model's bytes. */
export function encodeSound(): Buffer {
  return encode(SOUND);
}

function encode(content: GgufContent): Buffer {
  return Buffer.concat([...encodeGguf(content)]);
}

function listDamagedBytes(): MalformedModel[] {
  const sound = encodeSound();
  const write = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(sound);
    change(bytes);
    return bytes;
  };
  return [
    { title: 'an empty file', bytes: Buffer.alloc(0), code: 'too_short' },
    { title: 'a text file', bytes: Buffer.from('this is not a model, it is a letter'), code: 'not_gguf' },
    { title: 'a wrong magic', bytes: write((b) => b.write('GGUX')), code: 'not_gguf' },
    { title: 'version 1', bytes: write((b) => b.writeUInt32LE(1, 4)), code: 'version_unsupported' },
    { title: 'big-endian numbers', bytes: write((b) => b.writeUInt32BE(3, 4)), code: 'version_unsupported' },
    { title: 'no tensors', bytes: write((b) => b.writeBigUInt64LE(0n, 8)), code: 'counts_implausible' },
    {
      title: '2^63 tensors',
      bytes: write((b) => b.writeBigUInt64LE(2n ** 63n, 8)),
      code: 'counts_implausible',
    },
    {
      title: 'a million keys',
      bytes: write((b) => b.writeBigUInt64LE(1_000_000n, 16)),
      code: 'counts_implausible',
    },
    {
      title: 'a key of 2^40 bytes',
      bytes: write((b) => b.writeBigUInt64LE(2n ** 40n, 24)),
      code: 'string_invalid',
    },
    { title: 'a key with a NUL', bytes: write((b) => b.writeUInt8(0, 33)), code: 'string_invalid' },
    {
      title: 'an unknown value type',
      bytes: write((b) => b.writeUInt32LE(77, TYPE_OF_FIRST_KEY)),
      code: 'value_type_unknown',
    },
    {
      title: 'an array of arrays',
      bytes: write((b) => {
        b.writeUInt32LE(9, TYPE_OF_FIRST_KEY);
        b.writeUInt32LE(9, TYPE_OF_FIRST_KEY + 4);
      }),
      code: 'counts_implausible',
    },
    { title: 'a header cut short', bytes: sound.subarray(0, 400), code: 'header_truncated' },
    {
      title: 'a file cut in the middle of its weights',
      bytes: sound.subarray(0, -70_000),
      code: 'tensor_out_of_file',
    },
    { title: 'a file without its last byte', bytes: sound.subarray(0, -1), code: 'tensor_out_of_file' },
  ];
}

function listDamagedKeys(): MalformedModel[] {
  const required = [
    'general.architecture',
    'qwen2.context_length',
    'qwen2.embedding_length',
    'qwen2.block_count',
    'qwen2.feed_forward_length',
    'qwen2.attention.head_count',
    'qwen2.attention.layer_norm_rms_epsilon',
    'tokenizer.ggml.model',
    'tokenizer.ggml.tokens',
    'tokenizer.ggml.merges',
  ].map((key) => ({ title: `a missing ${key}`, bytes: withKeys({}, [key]), code: 'key_missing' }));
  const changes: [string, Record<string, GgufValue>, string][] = [
    ['a name that is no architecture', { 'general.architecture': text('../x') }, 'key_value'],
    ['a block count that is a text', { 'qwen2.block_count': text('2') }, 'key_type'],
    ['a block count of zero', { 'qwen2.block_count': u32(0) }, 'key_value'],
    ['a block count of four billion', { 'qwen2.block_count': u32(4_000_000_000) }, 'key_value'],
    ['more blocks than tensors', { 'qwen2.block_count': u32(3) }, 'tensor_missing'],
    ['a negative embedding length', { 'qwen2.embedding_length': { type: 'i32', value: -64 } }, 'key_value'],
    ['heads that do not divide the embedding', { 'qwen2.attention.head_count': u32(3) }, 'key_value'],
    ['no heads', { 'qwen2.attention.head_count': u32(0) }, 'key_value'],
    ['heads that do not fit the matrices', { 'qwen2.attention.head_count': u32(1) }, 'tensor_shape'],
    [
      'an infinite epsilon',
      { 'qwen2.attention.layer_norm_rms_epsilon': { type: 'f32', value: Infinity } },
      'key_value',
    ],
    ['an alignment of three', { 'general.alignment': u32(3) }, 'key_value'],
    ['a part of a split model', { 'split.count': u32(4) }, 'split_unsupported'],
    [
      'too few tokens',
      { 'tokenizer.ggml.tokens': { type: 'strings', value: ['a', 'b'] } },
      'vocabulary_invalid',
    ],
    ['no tokens', { 'tokenizer.ggml.tokens': { type: 'strings', value: [] } }, 'vocabulary_invalid'],
    ['tokens that are numbers', { 'tokenizer.ggml.tokens': { type: 'i32s', value: [1, 2] } }, 'key_type'],
    [
      'an end token outside the vocabulary',
      { 'tokenizer.ggml.eos_token_id': u32(9_999) },
      'vocabulary_invalid',
    ],
  ];
  return [...required, ...changes.map(([title, keys, code]) => ({ title, bytes: withKeys(keys), code }))];
}

function listDamagedTensors(): MalformedModel[] {
  const [first, second, ...rest] = SOUND.tensors;
  if (first === undefined || second === undefined) throw new Error('the sound model has no tensors');
  const none = () => undefined;
  const swap = (tensors: GgufContent['tensors']) => encode({ ...SOUND, tensors });
  const sound = encodeSound();
  const recordEnd = sound.indexOf('token_embd.weight') + 'token_embd.weight'.length;
  const patch = (value: number, at: number) => {
    const bytes = Buffer.from(sound);
    bytes.writeUInt32LE(value, recordEnd + at);
    return bytes;
  };
  return [
    { title: 'a missing embedding', bytes: swap([second, ...rest]), code: 'tensor_missing' },
    {
      title: 'a matrix that is missing',
      bytes: swap(SOUND.tensors.filter(({ name }) => name !== 'blk.1.ffn_up.weight')),
      code: 'tensor_missing',
    },
    { title: 'a tensor given twice', bytes: swap([first, first, second, ...rest]), code: 'tensor_duplicate' },
    {
      title: 'an embedding of another shape',
      bytes: swap([{ ...first, dims: [32, 259], fill: none }, second, ...rest]),
      code: 'tensor_shape',
    },
    { title: 'a tensor without values', bytes: patch(0, 4), code: 'tensor_dims' },
    { title: 'five dimensions', bytes: patch(5, 0), code: 'tensor_dims' },
    { title: 'an unknown storage type', bytes: patch(99, 20), code: 'tensor_type_unknown' },
    { title: 'a misaligned tensor', bytes: patch(7, 24), code: 'tensor_misaligned' },
    { title: 'two tensors at one place', bytes: patch(66_304, 24), code: 'tensor_overlap' },
    { title: 'a tensor past the end', bytes: patch(0x7fff_ffe0, 24), code: 'tensor_out_of_file' },
  ];
}

function withKeys(changed: Record<string, GgufValue>, removed: readonly string[] = []): Buffer {
  const metadata = new Map([...SOUND.metadata, ...Object.entries(changed)]);
  for (const key of removed) metadata.delete(key);
  return encode({ ...SOUND, metadata });
}

function u32(value: number): GgufValue {
  return { type: 'u32', value };
}

function text(value: string): GgufValue {
  return { type: 'string', value };
}
