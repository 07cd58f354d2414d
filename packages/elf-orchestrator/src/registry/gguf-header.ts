import { open } from 'node:fs/promises';
import { checkArchitecture, type ModelShape } from './gguf-architecture.js';
import { GgufCursor, type GgufMetadataEntry } from './gguf-cursor.js';
import { PLAIN_GGML_TYPES } from './gguf-format.js';
import { GgufNeedsMore, type GgufRefusal, GgufRefused } from './gguf-refusal.js';
import { checkTensorLayout, type GgufTensorInfo, readTensorInfos } from './gguf-tensors.js';

/** What a checked GGUF header says about its model. */
export interface GgufHeader extends ModelShape {
  name: string | null;
  fileSizeBytes: number;
  parameterCount: number;
  tensorCount: number;
  /** The storage type that holds most of the bytes, e.g. `Q4_K`. */
  quantization: string;
  /** True when weights are stored in blocks that a CPU backend repacks on load. */
  isQuantized: boolean;
  hasChatTemplate: boolean;
}

/** A checked header, or the reason why the file must not be loaded. */
export type GgufHeaderResult = { ok: true; header: GgufHeader } | { ok: false; refusal: GgufRefusal };

const FIRST_READ_BYTES = 262_144;
const MAX_HEADER_BYTES = 268_435_456;
const MAX_TENSORS = 65_536;
const MAX_KEYS = 65_536;
const DEFAULT_ALIGNMENT = 32;

/**
 * Reads and checks the header of a GGUF file without native code: magic, version, keys that the architecture needs,
 * vocabulary, tensor names, shapes and places against the file's length.
 *
 * A malformed file is a refusal, never an error: llama.cpp ends the whole process on some of them.
 */
export async function readGgufHeader(path: string): Promise<GgufHeaderResult> {
  try {
    return await readGrowing(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return {
      ok: false,
      refusal: { code: 'unreadable', subject: null, message: `The file cannot be read: ${code}` },
    };
  }
}

/**
 * Checks a header that is at hand; `needs_more` asks for more of the file's first bytes.
 *
 * `fileSizeBytes` is the length of the whole file, against which tensors are checked.
 */
function parseGgufHeader(bytes: Uint8Array, fileSizeBytes: number): GgufHeaderResult | 'needs_more' {
  try {
    return { ok: true, header: parseHeader(bytes, fileSizeBytes) };
  } catch (error) {
    if (error instanceof GgufNeedsMore) return 'needs_more';
    if (error instanceof GgufRefused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

async function readGrowing(path: string): Promise<GgufHeaderResult> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let length = FIRST_READ_BYTES; length <= MAX_HEADER_BYTES; length *= 4) {
      const bytes = Buffer.alloc(Math.min(length, size));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      const result = parseGgufHeader(bytes.subarray(0, bytesRead), size);
      if (result !== 'needs_more') return result;
    }
    const message = `The header is larger than ${MAX_HEADER_BYTES} bytes`;
    return { ok: false, refusal: { code: 'counts_implausible', subject: null, message } };
  } finally {
    await file.close();
  }
}

function parseHeader(bytes: Uint8Array, fileSizeBytes: number): GgufHeader {
  if (fileSizeBytes < 24) throw new GgufRefused('too_short', null, `The file has ${fileSizeBytes} bytes`);
  const cursor = new GgufCursor(bytes, bytes.length >= fileSizeBytes);
  if (cursor.readU32() !== 0x46554747) {
    throw new GgufRefused('not_gguf', null, 'The file does not start with "GGUF"');
  }
  const version = cursor.readU32();
  if (version !== 2 && version !== 3) {
    throw new GgufRefused(
      'version_unsupported',
      null,
      `GGUF version ${version} is not supported, 2 and 3 are`,
    );
  }
  const tensorCount = readCount(cursor, 'tensor count', MAX_TENSORS);
  const metadata = readMetadata(cursor, readCount(cursor, 'key count', MAX_KEYS));
  const tensors = readTensorInfos(cursor, tensorCount);
  checkTensorLayout(tensors, {
    dataStart: cursor.position,
    fileSizeBytes,
    alignment: readAlignment(metadata),
  });
  return describe(metadata, tensors, fileSizeBytes);
}

function readCount(cursor: GgufCursor, subject: string, max: number): number {
  const count = cursor.readSize(subject);
  if (count === 0 || count > max) {
    throw new GgufRefused('counts_implausible', subject, `The ${subject} is ${count}, expected 1 to ${max}`);
  }
  return count;
}

function readMetadata(cursor: GgufCursor, count: number): Map<string, GgufMetadataEntry> {
  const metadata = new Map<string, GgufMetadataEntry>();
  for (let i = 0; i < count; i += 1) {
    const key = cursor.readName(`key ${i}`);
    if (metadata.has(key)) throw new GgufRefused('key_duplicate', key, `The key ${key} is given twice`);
    metadata.set(key, cursor.readEntry(key));
  }
  return metadata;
}

function readAlignment(metadata: ReadonlyMap<string, GgufMetadataEntry>): number {
  const entry = metadata.get('general.alignment');
  if (entry === undefined) return DEFAULT_ALIGNMENT;
  const value = entry.type === 'u32' ? Number(entry.value) : 0;
  if (value < 8 || value > 65_536 || (value & (value - 1)) !== 0) {
    const message = 'general.alignment is not a power of two from 8 to 65,536';
    throw new GgufRefused('key_value', 'general.alignment', message);
  }
  return value;
}

function describe(
  metadata: ReadonlyMap<string, GgufMetadataEntry>,
  tensors: readonly GgufTensorInfo[],
  fileSizeBytes: number,
): GgufHeader {
  const shape = checkArchitecture(metadata, tensors);
  const name = metadata.get('general.name')?.value;
  const quantization = findMainType(tensors);
  return {
    ...shape,
    name: typeof name === 'string' ? name : null,
    fileSizeBytes,
    parameterCount: tensors.reduce((sum, tensor) => sum + tensor.valueCount, 0),
    tensorCount: tensors.length,
    quantization,
    isQuantized: tensors.some(({ type }) => !PLAIN_GGML_TYPES.has(type.name)),
    hasChatTemplate: typeof metadata.get('tokenizer.chat_template')?.value === 'string',
  };
}

function findMainType(tensors: readonly GgufTensorInfo[]): string {
  const bytesByType = new Map<string, number>();
  for (const { type, sizeBytes } of tensors) {
    bytesByType.set(type.name, (bytesByType.get(type.name) ?? 0) + sizeBytes);
  }
  return [...bytesByType].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
}
