import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { mapDiskError } from '../durable/disk-error.js';
import { readExact } from '../durable/frame.js';
import { writeFully } from '../durable/replace-file.js';

const FOLDER = 'vectors';
const HASH_BYTES = 32;
const CHECK_BYTES = 4;

/** Which vectors: those of another embedder or dimension have nothing to do with these. */
export interface VectorSpace {
  embedder: string;
  dimension: number;
}

/**
 * Vectors by the hash of the text they stand for, unit length, in one file a space.
 *
 * A record is the hash, the floats in little-endian order and a checksum over both. A record that does not match is as if
 * it were not there: vectors can always be made again.
 */
export class VectorCache {
  readonly dimension: number;
  readonly #path: string;
  readonly #slots = new Map<string, number>();
  #vectors: Float32Array;
  #size = 0;
  #endOffset = 0;

  constructor(dir: string, { embedder, dimension }: VectorSpace) {
    const name = createHash('sha256').update(embedder).digest('hex').slice(0, 16);
    this.#path = join(dir, FOLDER, `${name}-${dimension}.vectors`);
    this.dimension = dimension;
    this.#vectors = new Float32Array(dimension * 64);
    if (existsSync(this.#path)) this.#load();
  }

  /** How many vectors there are; their slots count from 0. */
  get size(): number {
    return this.#size;
  }

  /** The vectors one after the other. */
  get vectors(): Float32Array {
    return this.#vectors;
  }

  slotOf(hash: string): number | undefined {
    return this.#slots.get(hash);
  }

  /**
   * Stores vectors and returns once they are on disk.
   *
   * @throws StoreError PT_STORE_DISK_FULL, PT_STORE_READ_ONLY, PT_STORE_IO_FAILED
   */
  append(records: readonly { hash: string; vector: Float32Array }[]): void {
    const fresh = records.filter(({ hash }) => !this.#slots.has(hash));
    if (fresh.length === 0) return;
    const unit = fresh.map(({ hash, vector }) => ({ hash, vector: toUnit(vector) }));
    const bytes = Buffer.concat(unit.map(({ hash, vector }) => encodeRecord(hash, vector)));
    try {
      mkdirSync(join(this.#path, '..'), { recursive: true });
      const fd = openSync(this.#path, existsSync(this.#path) ? 'r+' : 'w', 0o600);
      try {
        ftruncateSync(fd, this.#endOffset);
        this.#endOffset = writeFully(fd, bytes, this.#endOffset);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      throw mapDiskError(cause, 'store vectors');
    }
    for (const { hash, vector } of unit) this.#add(hash, vector);
  }

  #load(): void {
    const recordBytes = HASH_BYTES + this.dimension * 4 + CHECK_BYTES;
    const fd = openSync(this.#path, 'r');
    try {
      const count = Math.floor(fstatSync(fd).size / recordBytes);
      const perRead = Math.max(1, Math.floor(2 ** 23 / recordBytes));
      for (let at = 0; at < count; at += perRead) {
        const bytes = readExact(fd, at * recordBytes, Math.min(perRead, count - at) * recordBytes);
        for (let start = 0; start < bytes.length; start += recordBytes)
          this.#loadRecord(bytes.subarray(start, start + recordBytes));
      }
      this.#endOffset = count * recordBytes;
    } finally {
      closeSync(fd);
    }
  }

  #loadRecord(record: Buffer): void {
    const body = record.subarray(0, record.length - CHECK_BYTES);
    if (crc32(body) !== record.readUInt32LE(body.length)) return;
    const vector = new Float32Array(this.dimension);
    for (let i = 0; i < this.dimension; i += 1) vector[i] = body.readFloatLE(HASH_BYTES + i * 4);
    this.#add(body.toString('hex', 0, HASH_BYTES), vector);
  }

  #add(hash: string, vector: Float32Array): void {
    const start = this.#size * this.dimension;
    if (start + this.dimension > this.#vectors.length) {
      const larger = new Float32Array(this.#vectors.length * 2);
      larger.set(this.#vectors.subarray(0, start));
      this.#vectors = larger;
    }
    this.#vectors.set(vector, start);
    this.#slots.set(hash, this.#size);
    this.#size += 1;
  }
}

/** The vector with length one; a vector of zeros stays as it is. */
export function toUnit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function encodeRecord(hash: string, vector: Float32Array): Buffer {
  const record = Buffer.alloc(HASH_BYTES + vector.length * 4 + CHECK_BYTES);
  record.write(hash, 0, HASH_BYTES, 'hex');
  vector.forEach((value, i) => record.writeFloatLE(value, HASH_BYTES + i * 4));
  const body = record.subarray(0, record.length - CHECK_BYTES);
  record.writeUInt32LE(crc32(body), body.length);
  return record;
}
