import type { GgufArray, GgufMetadataEntry } from './gguf-cursor.js';
import { GgufRefused } from './gguf-refusal.js';

/** The metadata of a GGUF header by key. */
export type GgufMetadata = ReadonlyMap<string, GgufMetadataEntry>;

/** A text that must be there. */
export function readText(metadata: GgufMetadata, key: string): string {
  const value = readEntry(metadata, key).value;
  if (typeof value !== 'string') throw new GgufRefused('key_type', key, `${key} is not a text`);
  return value;
}

/** A whole number above zero that must be there. */
export function readPositive(metadata: GgufMetadata, key: string): number {
  const [value = 0] = readPositives(metadata, key, 1);
  return value;
}

/** A whole number above zero for each of `count` layers; a single number stands for all of them. */
export function readPositives(metadata: GgufMetadata, key: string, count: number): number[] {
  const { type, value } = readEntry(metadata, key);
  if (typeof value !== 'object') return Array.from({ length: count }, () => toPositive(key, type, value));
  if (value.length !== count || value.head.length !== count) {
    throw new GgufRefused('key_value', key, `${key} has ${value.length} items, expected ${count}`);
  }
  return value.head.map((item) => toPositive(key, value.itemType, item));
}

/** A finite number that must be there. */
export function readFinite(metadata: GgufMetadata, key: string): number {
  const { value } = readEntry(metadata, key);
  if (typeof value !== 'number') throw new GgufRefused('key_type', key, `${key} is not a number`);
  if (!Number.isFinite(value)) throw new GgufRefused('key_value', key, `${key} is ${value}`);
  return value;
}

/** An array that must be there, of one item type. */
export function readArray(metadata: GgufMetadata, key: string, itemTypes: readonly string[]): GgufArray {
  const { value } = readEntry(metadata, key);
  if (typeof value !== 'object' || !itemTypes.includes(value.itemType)) {
    throw new GgufRefused('key_type', key, `${key} is not an array of ${itemTypes.join(' or ')}`);
  }
  return value;
}

function readEntry(metadata: GgufMetadata, key: string): GgufMetadataEntry {
  const entry = metadata.get(key);
  if (entry === undefined) throw new GgufRefused('key_missing', key, `The key ${key} is missing`);
  return entry;
}

function toPositive(key: string, type: string, value: unknown): number {
  // llama.cpp reads these keys as 32-bit integers and ends the process on any other type.
  if ((type !== 'u32' && type !== 'i32') || typeof value !== 'number') {
    throw new GgufRefused('key_type', key, `${key} is of type ${type}, expected u32`);
  }
  if (value <= 0) throw new GgufRefused('key_value', key, `${key} is ${value}, expected more than zero`);
  return value;
}
