import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ElfError } from '../errors.js';
import { hashFile } from './hash-file.js';

/** How far a download is. */
export interface DownloadProgress {
  receivedBytes: number;
  /** Null when the server does not say. */
  totalBytes: number | null;
  /** Bytes that were there before this attempt. */
  resumedBytes: number;
  etaMs: number | null;
}

/** Settings of {@link downloadFile}. */
export interface DownloadOptions {
  url: URL;
  /** Where the complete file goes. */
  path: string;
  /** The digest the file must have; null accepts any. */
  expectedSha: string | null;
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
}

const SidecarSchema = z.strictObject({ url: z.string(), etag: z.string().nullable() });
type Sidecar = z.infer<typeof SidecarSchema>;
const PROGRESS_EVERY_MS = 250;

/**
 * Downloads a file and answers its sha-256; the file has its name only once it is complete and right.
 *
 * A download that was ended goes on where it stopped, unless the server's file has changed or the server knows no
 * ranges: then it starts again. A file with another digest is removed.
 *
 * @throws ElfError PT_ELF_DOWNLOAD_FAILED, PT_ELF_DIGEST_MISMATCH
 */
export async function downloadFile(options: DownloadOptions): Promise<string> {
  const part = `${options.path}.part`;
  await mkdir(dirname(options.path), { recursive: true });
  await receive(options, part);
  const actual = await hashFile(part, options.signal);
  const { expectedSha } = options;
  if (expectedSha !== null && expectedSha.toLowerCase() !== actual) {
    await dropPart(part);
    throw new ElfError('PT_ELF_DIGEST_MISMATCH', {
      message: `${options.url.host} sent weights with the digest ${actual}, expected ${expectedSha}. They were removed; check the address and the digest`,
      details: { model: options.url.pathname, expected: expectedSha, actual },
    });
  }
  await rename(part, options.path);
  await rm(`${part}.json`, { force: true });
  return actual;
}

async function receive(options: DownloadOptions, part: string): Promise<void> {
  const { url } = options;
  const progress = { receivedBytes: 0 };
  try {
    const sidecar = await readSidecar(part, url);
    const presentBytes = sidecar === null ? 0 : await sizeOf(part);
    const response = await request(options, presentBytes, sidecar?.etag ?? null);
    // Everything was there already; the digest tells whether it is right.
    if (response.status === 416 && presentBytes > 0) return;
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const resumedBytes = response.status === 206 ? presentBytes : 0;
    await writeFile(`${part}.json`, JSON.stringify({ url: url.href, etag: readEtag(response) }));
    await store(response, part, { ...options, resumedBytes, progress });
  } catch (error) {
    throw describeFailure(url, progress.receivedBytes, error);
  }
}

function request({ signal, url }: DownloadOptions, from: number, etag: string | null): Promise<Response> {
  return fetch(url, {
    headers: from > 0 && etag !== null ? { range: `bytes=${from}-`, 'if-range': etag } : {},
    ...(signal === undefined ? {} : { signal }),
  });
}

async function store(
  response: Response,
  part: string,
  options: DownloadOptions & { resumedBytes: number; progress: { receivedBytes: number } },
): Promise<void> {
  const { progress, resumedBytes } = options;
  progress.receivedBytes = resumedBytes;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const totalBytes = Number.isFinite(length) ? resumedBytes + length : null;
  const report = createReporter({ ...options, totalBytes });
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  body.on('data', (chunk: Uint8Array) => {
    progress.receivedBytes += chunk.length;
    report(progress.receivedBytes);
  });
  await pipeline(body, createWriteStream(part, { flags: resumedBytes > 0 ? 'a' : 'w' }));
  if (totalBytes !== null && progress.receivedBytes !== totalBytes)
    throw new Error('the connection ended early');
}

function createReporter(
  options: DownloadOptions & { resumedBytes: number; totalBytes: number | null },
): (received: number) => void {
  const { onProgress, resumedBytes, totalBytes } = options;
  const startedAt = performance.now();
  let reportedAt = 0;
  return (receivedBytes) => {
    const now = performance.now();
    const isLast = receivedBytes === totalBytes;
    if (onProgress === undefined || (now - reportedAt < PROGRESS_EVERY_MS && !isLast)) return;
    reportedAt = now;
    const bytesPerMs = (receivedBytes - resumedBytes) / Math.max(1, now - startedAt);
    const etaMs = totalBytes === null ? null : Math.round((totalBytes - receivedBytes) / bytesPerMs);
    onProgress({ receivedBytes, totalBytes, resumedBytes, etaMs });
  };
}

/** Only a strong tag promises the same bytes; without one a rest cannot be trusted and the download starts again. */
function readEtag(response: Response): string | null {
  const etag = response.headers.get('etag');
  return etag === null || etag.startsWith('W/') ? null : etag;
}

async function readSidecar(part: string, url: URL): Promise<Sidecar | null> {
  try {
    const sidecar = SidecarSchema.parse(JSON.parse(await readFile(`${part}.json`, 'utf8')));
    return sidecar.url === url.href && sidecar.etag !== null ? sidecar : null;
  } catch {
    return null;
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function dropPart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

function describeFailure(url: URL, receivedBytes: number, error: unknown): ElfError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new ElfError('PT_ELF_DOWNLOAD_FAILED', {
    message: `The download from ${url.host} ended after ${receivedBytes} bytes: ${problem}. Install the model again; it goes on where it stopped`,
    details: { host: url.host, problem, receivedBytes },
    retryable: true,
    cause: error,
  });
}
