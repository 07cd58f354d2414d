/**
 * Returns a filler of seeded random weights for one storage type; successive calls continue the same sequence.
 *
 * Quantized blocks get random bytes and a finite half-precision scale, which makes them valid without quantizing.
 */
export function createRandomFill(
  seed: number,
  storage: 'f32' | 'f16' | 'q4_0' | 'q8_0',
): (bytes: Uint8Array) => void {
  const next = createGenerator(seed);
  if (storage === 'f32') return (bytes) => fillFloats(bytes, next);
  if (storage === 'f16') return (bytes) => fillHalves(bytes, next);
  return (bytes) => fillBlocks(bytes, storage === 'q4_0' ? 18 : 34, next);
}

const HALF_SCALE = 0x1c00; // 2^-8 as a half-precision number

function fillFloats(bytes: Uint8Array, next: () => number): void {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  for (let i = 0; i < values.length; i += 1) values[i] = (next() / 0x1_0000_0000 - 0.5) * 0.2;
}

/** Halves with a random sign and mantissa and the exponents of values below 0.125. */
function fillHalves(bytes: Uint8Array, next: () => number): void {
  const values = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  for (let i = 0; i < values.length; i += 1) values[i] = (next() & 0x83ff) | 0x2800;
}

function fillBlocks(bytes: Uint8Array, blockBytes: number, next: () => number): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  for (let i = 0; i < words.length; i += 1) words[i] = next();
  for (let at = 0; at < bytes.length; at += blockBytes) {
    bytes[at] = HALF_SCALE & 0xff;
    bytes[at + 1] = HALF_SCALE >> 8;
  }
}

/** The xorshift32 generator of G. Marsaglia ("Xorshift RNGs", 2003). */
function createGenerator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
