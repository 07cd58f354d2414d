import { GGUF_VALUE_BYTES, GGUF_VALUE_TYPES, type GgufValueType } from './gguf-format.js';
import { GgufNeedsMore, GgufRefused } from './gguf-refusal.js';

type Scalar = number | bigint | boolean;

/** A metadata array: its item type and length, and its items where the checks read them. */
export interface GgufArray {
  itemType: GgufValueType;
  length: number;
  /** The first items, at most 1,024; empty for arrays of arrays. */
  head: readonly (Scalar | string)[];
}
export type GgufMetadataValue = Scalar | string | GgufArray;

/** A metadata value with the type the file gave it. */
export interface GgufMetadataEntry {
  type: GgufValueType;
  value: GgufMetadataValue;
}

const HEAD_ITEMS = 1_024;
const MAX_KEY_BYTES = 65_535;
const MAX_ITEMS = 16_777_216;
const READERS: Readonly<Partial<Record<GgufValueType, (view: DataView, at: number) => Scalar>>> = {
  u8: (view, at) => view.getUint8(at),
  i8: (view, at) => view.getInt8(at),
  u16: (view, at) => view.getUint16(at, true),
  i16: (view, at) => view.getInt16(at, true),
  u32: (view, at) => view.getUint32(at, true),
  i32: (view, at) => view.getInt32(at, true),
  f32: (view, at) => view.getFloat32(at, true),
  bool: (view, at) => view.getUint8(at) !== 0,
  u64: (view, at) => view.getBigUint64(at, true),
  i64: (view, at) => view.getBigInt64(at, true),
  f64: (view, at) => view.getFloat64(at, true),
};
const TYPE_NAMES: readonly (GgufValueType | undefined)[] = listTypeNames();

/** Reads a GGUF header front to back, little-endian, never past the bytes it was given. */
export class GgufCursor {
  readonly #view: DataView;
  readonly #isWhole: boolean;
  #at = 0;

  /** `isWhole` tells that the bytes are the whole file, so that running out is damage and not a short read. */
  constructor(bytes: Uint8Array, isWhole: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isWhole = isWhole;
  }

  get position(): number {
    return this.#at;
  }

  readU32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A 64-bit count or offset; refused above 2^53, where no real file reaches. */
  readSize(subject: string): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new GgufRefused('counts_implausible', subject, `${subject} is ${value}, larger than any file`);
    }
    return Number(value);
  }

  readText(subject: string, maxBytes = Number.MAX_SAFE_INTEGER): string {
    const length = this.readSize(subject);
    if (length > maxBytes) {
      throw new GgufRefused('string_invalid', subject, `${subject} claims ${length} bytes of text`);
    }
    const start = this.#take(length);
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
  }

  readName(subject: string): string {
    const name = this.readText(subject, MAX_KEY_BYTES);
    if (name === '' || name.includes('\uFFFD') || name.includes('\0')) {
      throw new GgufRefused('string_invalid', subject, `${subject} is empty or not UTF-8`);
    }
    return name;
  }

  readEntry(key: string): GgufMetadataEntry {
    const type = this.#readType(key);
    return { type, value: type === 'array' ? this.#readArray(key) : this.#readValue(type, key) };
  }

  #readArray(key: string): GgufArray {
    const itemType = this.#readType(key);
    const length = this.readSize(key);
    if (itemType === 'array' || length > MAX_ITEMS) {
      throw new GgufRefused('counts_implausible', key, `${key} is an array of ${length} ${itemType} items`);
    }
    const head: (Scalar | string)[] = [];
    for (let i = 0; i < length; i += 1) {
      if (i < HEAD_ITEMS) head.push(this.#readValue(itemType, key));
      else if (itemType === 'string') this.#take(this.readSize(key));
      else return { itemType, length, head: this.#skipItems(itemType, length - i, head) };
    }
    return { itemType, length, head };
  }

  #skipItems<T>(itemType: GgufValueType, count: number, head: T): T {
    this.#take(count * (GGUF_VALUE_BYTES[itemType] ?? 0));
    return head;
  }

  #readType(key: string): GgufValueType {
    const number = this.readU32();
    const type = TYPE_NAMES[number];
    if (type === undefined) {
      throw new GgufRefused('value_type_unknown', key, `${key} has the unknown value type ${number}`);
    }
    return type;
  }

  #readValue(type: GgufValueType, key: string): Scalar | string {
    if (type === 'string') return this.readText(key);
    const at = this.#take(GGUF_VALUE_BYTES[type] ?? 0);
    return READERS[type]?.(this.#view, at) ?? 0;
  }

  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#view.byteLength) {
      if (!this.#isWhole) throw new GgufNeedsMore();
      throw new GgufRefused('header_truncated', null, 'The file ends inside its header');
    }
    this.#at = start + count;
    return start;
  }
}

function listTypeNames(): (GgufValueType | undefined)[] {
  const names: (GgufValueType | undefined)[] = [];
  for (const [name, number] of Object.entries(GGUF_VALUE_TYPES)) names[number] = name as GgufValueType;
  return names;
}
