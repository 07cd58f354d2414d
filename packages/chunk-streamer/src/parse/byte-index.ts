/** Turns offsets in UTF-16 units into UTF-8 byte offsets of the same text. */
export type ByteIndex = (unit: number) => number;

const STRIDE = 64;

/** Builds the index in one pass; ASCII text costs nothing. A half surrogate counts three bytes, as when encoded. */
export function createByteIndex(text: string): ByteIndex {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes === text.length) return (unit) => unit;
  const marks = new Uint32Array(Math.floor(text.length / STRIDE) + 1);
  let bytes = 0;
  for (let unit = 0; unit < text.length; unit += 1) {
    if (unit % STRIDE === 0) marks[unit / STRIDE] = bytes;
    bytes += unitBytes(text, unit);
  }
  return (unit) => {
    if (unit >= text.length) return sizeBytes;
    const mark = Math.floor(unit / STRIDE);
    let position = marks[mark] ?? 0;
    for (let i = mark * STRIDE; i < unit; i += 1) position += unitBytes(text, i);
    return position;
  };
}

// A pair is four bytes: three booked on its first unit, one on its second.
function unitBytes(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  const isLowOfPair = (unit & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return isLowOfPair ? 1 : 3;
}
