/** One field of a protobuf message: a number for varints, bytes for length-delimited fields. */
export interface ProtobufField {
  number: number;
  value: number | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MAX_VARINT_BYTES = 10;

/**
 * Yields the fields of one message in their order; fixed-width fields are passed over, groups do not exist in proto3.
 * Varints above 2^53 lose precision. Wire format: protobuf.dev/programming-guides/encoding.
 *
 * @throws RangeError when the bytes end inside a field or the wire type is unknown
 */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    at = tag.end;
    const number = Math.floor(tag.value / 8);
    switch (tag.value % 8) {
      case VARINT: {
        const { value, end } = readVarint(bytes, at);
        at = end;
        yield { number, value };
        break;
      }
      case BYTES: {
        const { value: length, end } = readVarint(bytes, at);
        at = advance(bytes, end, length);
        yield { number, value: bytes.subarray(end, at) };
        break;
      }
      case FIXED64:
        at = advance(bytes, at, 8);
        break;
      case FIXED32:
        at = advance(bytes, at, 4);
        break;
      default:
        throw new RangeError(`unknown protobuf wire type ${tag.value % 8}`);
    }
  }
}

/** Reads a packed list of varints. */
export function readPackedVarints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = readVarint(bytes, at);
    numbers.push(value);
    at = end;
  }
  return numbers;
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + MAX_VARINT_BYTES; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError('the protobuf message ends inside a number');
}

function advance(bytes: Uint8Array, at: number, count: number): number {
  if (at + count > bytes.length) throw new RangeError('the protobuf message ends inside a field');
  return at + count;
}
