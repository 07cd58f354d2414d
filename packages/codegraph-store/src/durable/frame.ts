import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * A frame is `LLLLLLLL PPPPPPPP HHHHHHHH\n<payload>\n`: payload length, checksum of the payload and checksum of the
 * first two fields, in hex. The header has its own checksum so that a damaged length is not taken for a torn tail.
 */
const HEADER_BYTES = 27;
const CHECKED_BYTES = 17;
/** The payload is JSON text, which holds no NUL byte: a run of them is a page that never reached the disk. */
const UNWRITTEN = Buffer.alloc(64);

export interface Frame {
  payload: Buffer;
  /** Where the payload starts in the file. */
  offset: number;
}

/** How a scan ended: at the end of the file, in a tail that was never acknowledged, or in damage. */
export interface FrameScan {
  outcome: 'complete' | 'torn' | 'damaged';
  /** End of the last good frame. */
  endOffset: number;
  problem: string;
}

export function encodeFrame(payload: string): Buffer {
  const body = Buffer.from(payload, 'utf8');
  const checked = `${formatHex(body.length)} ${formatHex(crc32(body))}`;
  return Buffer.concat([Buffer.from(`${checked} ${formatHex(crc32(checked))}\n`), body, Buffer.from('\n')]);
}

/** Reads the frames of an open file in order and hands each one to `visit`. */
export function scanFrames(fd: number, sizeBytes: number, visit: (frame: Frame) => void): FrameScan {
  let at = 0;
  while (at < sizeBytes) {
    if (sizeBytes - at < HEADER_BYTES)
      return { outcome: 'torn', endOffset: at, problem: 'the header is cut' };
    const header = readExact(fd, at, HEADER_BYTES);
    const parsed = parseHeader(header);
    if (parsed === undefined) return judgeHeader(header, at);
    const payloadAt = at + HEADER_BYTES;
    const end = payloadAt + parsed.length + 1;
    if (end > sizeBytes) return { outcome: 'torn', endOffset: at, problem: 'the payload is cut' };
    const body = readExact(fd, payloadAt, parsed.length + 1);
    const payload = body.subarray(0, parsed.length);
    if (crc32(payload) !== parsed.checksum || body[parsed.length] !== 0x0a) {
      const isUnwritten = end === sizeBytes && body.includes(UNWRITTEN);
      const problem = 'the checksum of a record does not match';
      return { outcome: isUnwritten ? 'torn' : 'damaged', endOffset: at, problem };
    }
    visit({ payload, offset: payloadAt });
    at = end;
  }
  return { outcome: 'complete', endOffset: at, problem: '' };
}

/** Reads exactly `length` bytes; fewer means that the file shrank under us. */
export function readExact(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, buffer, done, length - done, offset + done);
    if (count === 0) throw new Error(`the file ends ${length - done} bytes early`);
    done += count;
  }
  return buffer;
}

function judgeHeader(header: Buffer, at: number): FrameScan {
  const isUnwritten = header.every((byte) => byte === 0);
  return {
    outcome: isUnwritten ? 'torn' : 'damaged',
    endOffset: at,
    problem: 'the header of a record does not match',
  };
}

function parseHeader(header: Buffer): { length: number; checksum: number } | undefined {
  const text = header.toString('latin1');
  const fields = /^([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(text);
  if (fields === null) return undefined;
  const [, length = '', checksum = '', own = ''] = fields;
  if (crc32(text.slice(0, CHECKED_BYTES)) !== Number.parseInt(own, 16)) return undefined;
  return { length: Number.parseInt(length, 16), checksum: Number.parseInt(checksum, 16) };
}

function formatHex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
