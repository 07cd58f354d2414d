import { StringDecoder } from 'node:string_decoder';

/** Keeps the first bytes of a stream. */
export interface OutputBuffer {
  push(data: Buffer): void;
  text(): string;
  isTruncated(): boolean;
}

/** Creates a buffer that keeps at most `limitBytes` and drops the rest. */
export function createOutputBuffer(limitBytes: number): OutputBuffer {
  const parts: Buffer[] = [];
  let size = 0;
  let truncated = false;
  return {
    push(data) {
      const room = limitBytes - size;
      if (data.length > room) truncated = true;
      if (room <= 0) return;
      const kept = data.length > room ? data.subarray(0, room) : data;
      parts.push(kept);
      size += kept.length;
    },
    text: () => Buffer.concat(parts).toString('utf8'),
    isTruncated: () => truncated,
  };
}

/** Cuts a stream into lines as it arrives. */
export interface LineSplitter {
  push(data: Buffer): void;
  /** Hands out the last line when it has no line break. */
  end(): void;
}

/** Creates a splitter; a line longer than `limitBytes` is handed out in pieces. */
export function createLineSplitter(onLine: (line: string) => void, limitBytes: number): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push(data) {
      const lines = (rest + decoder.write(data)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      if (rest.length <= limitBytes) return;
      onLine(rest);
      rest = '';
    },
    end() {
      const last = rest + decoder.end();
      rest = '';
      if (last !== '') onLine(last);
    },
  };
}
