import { GGML_BLOCKS, GGUF_VALUE_TYPES } from '../registry/gguf-format.js';

/** A metadata value of a GGUF file that is to be written. */
export type GgufValue =
  | { type: 'u32' | 'i32' | 'f32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'i32s'; value: readonly number[] };

/** A tensor of a GGUF file that is to be written; `dims` start with the row length. */
export interface GgufTensor {
  name: string;
  dims: readonly number[];
  ggmlType: number;
  /** Fills the tensor's bytes; called once, with a zeroed buffer. */
  fill: (bytes: Uint8Array) => void;
}

/** A GGUF file as data: metadata in order and tensors in order. */
export interface GgufContent {
  metadata: ReadonlyMap<string, GgufValue>;
  tensors: readonly GgufTensor[];
}

const ALIGNMENT = 32;

/** Encodes a GGUF version 3 file, piece by piece: the header first, then one piece for each tensor. */
export function* encodeGguf(content: GgufContent): Generator<Uint8Array> {
  const header = encodeHeader(content);
  yield pad(header);
  for (const tensor of content.tensors) {
    const bytes = new Uint8Array(alignUp(tensorBytes(tensor)));
    tensor.fill(bytes.subarray(0, tensorBytes(tensor)));
    yield bytes;
  }
}

/** Bytes of a tensor's data, without the padding after it. */
function tensorBytes(tensor: Pick<GgufTensor, 'dims' | 'ggmlType' | 'name'>): number {
  const block = GGML_BLOCKS.get(tensor.ggmlType);
  const rowLength = tensor.dims[0] ?? 0;
  if (block === undefined || rowLength % block.values !== 0) {
    throw new RangeError(
      `Tensor ${tensor.name}: rows of ${rowLength} values do not fit type ${tensor.ggmlType}`,
    );
  }
  const rows = tensor.dims.slice(1).reduce((product, dim) => product * dim, 1);
  return (rowLength / block.values) * block.bytes * rows;
}

function encodeHeader({ metadata, tensors }: GgufContent): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, value] of metadata) parts.push(text(key), encodeValue(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(text(tensor.name), u32(tensor.dims.length), ...tensor.dims.map(u64));
    parts.push(u32(tensor.ggmlType), u64(offset));
    offset += alignUp(tensorBytes(tensor));
  }
  return Buffer.concat(parts);
}

function encodeValue(value: GgufValue): Buffer {
  switch (value.type) {
    case 'string':
      return Buffer.concat([u32(GGUF_VALUE_TYPES.string), text(value.value)]);
    case 'bool':
      return Buffer.concat([u32(GGUF_VALUE_TYPES.bool), Buffer.from([value.value ? 1 : 0])]);
    case 'strings':
      return Buffer.concat([arrayHead('string', value.value.length), ...value.value.map(text)]);
    case 'i32s':
      return Buffer.concat([arrayHead('i32', value.value.length), ...value.value.map(i32)]);
    case 'f32': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value.value);
      return Buffer.concat([u32(GGUF_VALUE_TYPES.f32), bytes]);
    }
    default:
      return Buffer.concat([
        u32(GGUF_VALUE_TYPES[value.type]),
        value.type === 'u32' ? u32(value.value) : i32(value.value),
      ]);
  }
}

function arrayHead(item: 'string' | 'i32', length: number): Buffer {
  return Buffer.concat([u32(GGUF_VALUE_TYPES.array), u32(GGUF_VALUE_TYPES[item]), u64(length)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(alignUp(bytes.length) - bytes.length)]);
}

function alignUp(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
