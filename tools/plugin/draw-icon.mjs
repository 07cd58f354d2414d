// Draws packages/cli/plugin/assets/icon.png (512 x 512): a snake whose body is the path through a graph. Plain Node, no image library.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const SIZE = 512;
const BACK = [16, 42, 36];
const BODY = [126, 217, 152];
const NODE = [246, 232, 168];
const target = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  'packages/cli/plugin/assets/icon.png',
);

const spine = Array.from({ length: 400 }, (_, i) => {
  const t = i / 399;
  return { x: 256 + Math.sin(t * Math.PI * 2) * 120, y: 90 + t * 332, r: 34 - t * 16 };
});
const nodes = [0.25, 0.5, 0.75].map((t) => spine[Math.round(t * 399)]);

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, encode());

function colorAt(x, y) {
  if (isOutsideCorner(x, y)) return [0, 0, 0, 0];
  const head = spine[0];
  if (distance(x, y, { x: head.x + 14, y: head.y - 6 }) < 7) return [...BACK, 255];
  if (nodes.some((node) => distance(x, y, node) < node.r * 0.55)) return [...NODE, 255];
  if (distance(x, y, head) < 44 || spine.some((point) => distance(x, y, point) < point.r))
    return [...BODY, 255];
  return [...BACK, 255];
}

function isOutsideCorner(x, y) {
  const radius = 96;
  const dx = Math.max(radius - x, x - (SIZE - 1 - radius), 0);
  const dy = Math.max(radius - y, y - (SIZE - 1 - radius), 0);
  return Math.hypot(dx, dy) > radius;
}

function distance(x, y, point) {
  return Math.hypot(x - point.x, y - point.y);
}

function encode() {
  const raw = Buffer.alloc(SIZE * (SIZE * 4 + 1));
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) raw.set(colorAt(x, y), y * (SIZE * 4 + 1) + 1 + x * 4);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
