import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDaemon } from '../../src/index.js';
import { writeSyntheticModel } from '../../src/testing/index.js';
import { openTestDaemon, type TestDaemon } from '../daemon/open-test-daemon.js';
import { waitUntil } from '../wait-until.js';

let test: TestDaemon;
let server: Server;
let weights: Buffer;
let sha256 = '';
let etag = '"one"';
let hasRanges = true;
let sentBytes = 0;
let stopAfterBytes: number | null = null;

function serveWeights(request: IncomingMessage, response: ServerResponse): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const isCurrent = request.headers['if-range'] === etag;
  const from = hasRanges && range !== null && isCurrent ? Number(range[1]) : 0;
  const body = weights.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': body.length });
  const end = stopAfterBytes ?? body.length;
  sentBytes += Math.min(end, body.length);
  response.write(body.subarray(0, end), () => {
    if (end < body.length) response.socket?.destroy();
    else response.end();
  });
}

const urlOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.gguf`;
const install = (id: string, expected?: string) =>
  test.client.call('models.install', {
    id,
    source: { kind: 'url', url: urlOf() },
    ...(expected === undefined ? { trustFirstUse: true } : { sha256: expected }),
  });

beforeAll(async () => {
  test = await openTestDaemon();
  const path = join(test.dir, 'weights.gguf');
  await writeSyntheticModel(path, { kind: 'iso' });
  weights = await readFile(path);
  sha256 = createHash('sha256').update(weights).digest('hex');
  server = createServer(serveWeights);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.close();
  await test[Symbol.asyncDispose]();
});

beforeEach(() => {
  etag = '"one"';
  hasRanges = true;
  sentBytes = 0;
  stopAfterBytes = null;
});

async function breakHalfway(id: string): Promise<void> {
  stopAfterBytes = weights.length >> 1;
  await expect(install(id, sha256)).rejects.toMatchObject({
    code: 'PT_ELF_DOWNLOAD_FAILED',
    retryable: true,
  });
  stopAfterBytes = null;
}

describe('acceptance 14: a download', () => {
  it('that broke at half goes on where it stopped, and ends with the right digest', async () => {
    await breakHalfway('broken');
    const model = await install('broken', sha256.toUpperCase());
    expect(model).toMatchObject({
      state: 'downloaded',
      sha256,
      trust: 'expected',
      sizeBytes: weights.length,
    });
    expect(sentBytes / weights.length).toBeLessThanOrEqual(1.25);
    expect((await stat(model.path!)).size).toBe(weights.length);
    expect(test.events).toContainEqual(
      expect.objectContaining({ type: 'install-progress', receivedBytes: weights.length }),
    );
  });

  it('with a flipped byte is rejected and leaves nothing behind', async () => {
    const flipped = Buffer.from(weights);
    flipped[flipped.length - 5]! ^= 1;
    const right = weights;
    weights = flipped;
    await expect(install('flipped', sha256)).rejects.toMatchObject({
      code: 'PT_ELF_DIGEST_MISMATCH',
      details: { expected: sha256 },
    });
    weights = right;
    await expect(test.client.call('models.show', { id: 'flipped' })).rejects.toMatchObject({
      code: 'PT_ELF_MODEL_UNKNOWN',
    });
    await expect(stat(join(test.dir, 'state', 'models', 'flipped.gguf.part'))).rejects.toThrow('ENOENT');
  });

  it('from a server without ranges starts again', async () => {
    hasRanges = false;
    await breakHalfway('plain');
    expect(await install('plain', sha256)).toMatchObject({ sha256 });
  });

  it('of a file that changed meanwhile starts again', async () => {
    await breakHalfway('changed');
    etag = '"two"';
    expect(await install('changed', sha256)).toMatchObject({ sha256 });
    expect(sentBytes).toBeGreaterThanOrEqual(weights.length * 1.5 - 1);
  });
});

describe('an installation', () => {
  it('without a digest is refused before a byte is sent, unless the weights are trusted on first use', async () => {
    const source = { kind: 'url', url: urlOf() } as const;
    await expect(
      test.client.call('models.install', { id: 'qwen2.5-coder-1.5b', source }),
    ).rejects.toMatchObject({ code: 'PT_ELF_DIGEST_UNKNOWN' });
    expect(sentBytes).toBe(0);
    expect(await install('trusted')).toMatchObject({ sha256, trust: 'first_use' });
  });

  it('of something that is no model is refused and removed', async () => {
    const path = join(test.dir, 'text.gguf');
    await writeFile(path, 'not a model');
    await expect(
      test.client.call('models.install', { id: 'text', source: { kind: 'file', path }, trustFirstUse: true }),
    ).rejects.toMatchObject({ code: 'PT_ELF_MODEL_REFUSED', details: { reason: 'too_short' } });
  });

  it('is listed beside the known models, verified for real, and removed with its file', async () => {
    await test.install('chain', { kind: 'chain20' });
    const { available, installed } = await test.client.call('models.list', {});
    expect(installed.map(({ id }) => id)).toContain('chain');
    expect(available.map(({ id }) => id)).toContain('qwen2.5-coder-1.5b');
    const { model, verification } = await test.client.call('models.verify', { id: 'chain' });
    expect(verification).toMatchObject({ isPassed: true, failureCode: null });
    expect(model.state).toBe('verified');
    await test.install('loop', { kind: 'loop' });
    expect(await test.client.call('models.verify', { id: 'loop' })).toMatchObject({
      model: { state: 'quarantined' },
      verification: { isPassed: false, failureCode: 'repetitive' },
    });
    await expect(test.client.generate({ model: 'loop', prompt: 'a', maxTokens: 1 })).rejects.toMatchObject({
      code: 'PT_ELF_MODEL_QUARANTINED',
    });
    const { path } = await test.client.call('models.show', { id: 'trusted' });
    await test.client.call('models.remove', { id: 'trusted' });
    await waitUntil('the file is gone', () =>
      stat(path!).then(
        () => false,
        () => true,
      ),
    );
  });

  it('is refused by a daemon whose registry is damaged', async () => {
    const stateDir = join(test.dir, 'damaged');
    await mkdir(stateDir);
    await writeFile(join(stateDir, 'models.json'), '{"contract":"pt.models/9"}');
    await expect(openDaemon({ socketPath: join(test.dir, 'd'), stateDir })).rejects.toMatchObject({
      code: 'PT_ELF_STATE_DAMAGED',
    });
  });
});
