import type { GgufCursor } from './gguf-cursor.js';
import { GGML_BLOCKS, type GgmlBlock } from './gguf-format.js';
import { GgufRefused } from './gguf-refusal.js';

/** One tensor record of a GGUF header. */
export interface GgufTensorInfo {
  name: string;
  dims: readonly number[];
  type: GgmlBlock;
  valueCount: number;
  sizeBytes: number;
  /** Relative to the start of the tensor data. */
  offset: number;
}

/** Where tensor data starts and ends. */
export interface TensorSpace {
  /** End of the header; data starts at the next multiple of `alignment`. */
  dataStart: number;
  fileSizeBytes: number;
  alignment: number;
}

const MAX_DIMS = 4;
const MAX_TENSOR_NAME_BYTES = 64;

/** Reads `count` tensor records and checks each one by itself. */
export function readTensorInfos(cursor: GgufCursor, count: number): GgufTensorInfo[] {
  const seen = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const tensor = readTensorInfo(cursor, index);
    if (seen.has(tensor.name)) {
      throw new GgufRefused('tensor_duplicate', tensor.name, `The tensor ${tensor.name} is given twice`);
    }
    seen.add(tensor.name);
    return tensor;
  });
}

/** Checks that the tensors are aligned, do not overlap and end inside the file. */
export function checkTensorLayout(tensors: readonly GgufTensorInfo[], space: TensorSpace): void {
  const dataStart = Math.ceil(space.dataStart / space.alignment) * space.alignment;
  let end = 0;
  for (const { name, offset, sizeBytes } of [...tensors].sort((a, b) => a.offset - b.offset)) {
    if (offset % space.alignment !== 0) {
      throw new GgufRefused(
        'tensor_misaligned',
        name,
        `${name} starts at ${offset}, not at a multiple of ${space.alignment}`,
      );
    }
    if (offset < end) throw new GgufRefused('tensor_overlap', name, `${name} overlaps the tensor before it`);
    end = offset + sizeBytes;
    if (dataStart + end > space.fileSizeBytes) {
      const missing = dataStart + end - space.fileSizeBytes;
      throw new GgufRefused(
        'tensor_out_of_file',
        name,
        `${name} ends ${missing} bytes past the end of the file`,
      );
    }
  }
}

function readTensorInfo(cursor: GgufCursor, index: number): GgufTensorInfo {
  const name = cursor.readName(`tensor ${index}`);
  if (name.length >= MAX_TENSOR_NAME_BYTES) {
    throw new GgufRefused('string_invalid', name, `The name of tensor ${index} is longer than 63 bytes`);
  }
  const dimCount = cursor.readU32();
  if (dimCount === 0 || dimCount > MAX_DIMS) {
    throw new GgufRefused(
      'tensor_dims',
      name,
      `${name} has ${dimCount} dimensions, expected 1 to ${MAX_DIMS}`,
    );
  }
  const dims = Array.from({ length: dimCount }, () => cursor.readSize(name));
  const typeNumber = cursor.readU32();
  const type = GGML_BLOCKS.get(typeNumber);
  if (type === undefined) {
    throw new GgufRefused('tensor_type_unknown', name, `${name} has the unknown storage type ${typeNumber}`);
  }
  return { name, dims, type, ...measure(name, dims, type), offset: cursor.readSize(name) };
}

function measure(
  name: string,
  dims: readonly number[],
  type: GgmlBlock,
): { valueCount: number; sizeBytes: number } {
  const valueCount = dims.reduce((product, dim) => product * dim, 1);
  const sizeBytes = (valueCount / type.values) * type.bytes;
  const fitsRows = (dims[0] ?? 0) % type.values === 0;
  if (valueCount === 0 || !fitsRows || !Number.isSafeInteger(sizeBytes)) {
    throw new GgufRefused(
      'tensor_dims',
      name,
      `${name} has the dimensions ${dims.join(' x ')} of ${type.name}`,
    );
  }
  return { valueCount, sizeBytes };
}
