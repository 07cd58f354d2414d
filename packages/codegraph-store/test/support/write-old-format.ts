import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

const HEADER_BYTES = 27;

/** Writes both files of a graph as format 1 had them: every chunk of the snapshot is one line. */
export function rewriteAsFormat1(dir: string): void {
  for (const name of ['graph.snapshot', 'graph.journal']) {
    const path = join(dir, name);
    const payloads = readPayloads(readFileSync(path)).map((payload, i) => {
      const document = JSON.parse(payload) as object;
      return JSON.stringify(i === 0 ? { ...document, format: 1 } : document);
    });
    writeFileSync(path, Buffer.concat(payloads.map(frameOf)));
  }
}

/** The format that a file says it has. */
export function readFormat(path: string): unknown {
  return (JSON.parse(readPayloads(readFileSync(path))[0] ?? '{}') as { format?: unknown }).format;
}

/** One record of either file. */
export function frameOf(payload: string): Buffer {
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  const body = Buffer.from(payload);
  const checked = `${hex(body.length)} ${hex(crc32(body))}`;
  return Buffer.concat([Buffer.from(`${checked} ${hex(crc32(checked))}\n`), body, Buffer.from('\n')]);
}

function readPayloads(bytes: Buffer): string[] {
  const payloads: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 8), 16);
    payloads.push(bytes.toString('utf8', at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length + 1;
  }
  return payloads;
}
