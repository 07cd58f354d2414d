import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ElfError } from '../errors.js';
import { type DownloadProgress, downloadFile } from './download-file.js';
import { readGgufHeader } from './gguf-header.js';
import { hashFile } from './hash-file.js';
import type { InstalledModel, ModelServer, ModelSettings } from './installed-model.js';
import type { ModelRegistry } from './model-registry.js';
import { findModel } from './model-table.js';

/** Where the weights come from: an address, a file that stays where it is, or a server that has them. */
export type ModelSource =
  | { kind: 'url'; url: string }
  | { kind: 'file'; path: string }
  | { kind: 'server'; server: ModelServer };

/** Settings of {@link installModel}. */
export interface InstallOptions {
  id: string;
  source: ModelSource;
  /** The digest the weights must have; the model table's where it knows one. */
  sha256?: string | undefined;
  /** Accepts weights that nothing vouches for and records their digest. */
  trustFirstUse?: boolean | undefined;
  settings?: Partial<ModelSettings> | undefined;
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
}

/** How a model is loaded when its installation does not say. */
const DEFAULT_MODEL_SETTINGS: ModelSettings = {
  purpose: 'text',
  contextTokens: 4_096,
  sequences: 5,
  threads: 1,
  gpuLayers: 0,
};

/**
 * Installs a model: brings its weights, checks digest and header, and records it. It is not verified yet.
 *
 * Weights that nothing vouches for are refused before a byte is transferred.
 *
 * @throws ElfError PT_ELF_DIGEST_UNKNOWN, PT_ELF_DIGEST_MISMATCH, PT_ELF_DOWNLOAD_FAILED, PT_ELF_MODEL_REFUSED,
 * PT_ELF_REQUEST_INVALID
 */
export async function installModel(
  registry: ModelRegistry,
  options: InstallOptions,
): Promise<InstalledModel> {
  const { source } = options;
  const known = findModel(options.id);
  const id = known?.id ?? options.id;
  const settings = { ...DEFAULT_MODEL_SETTINGS, ...options.settings };
  const before = registry.find(id);
  const base = { id, isPinned: before?.isPinned ?? false, settings, verification: null, calibration: null };
  if (source.kind === 'server') {
    const sizes = { sha256: null, sizeBytes: 0, path: null, isOwned: false };
    const model = { ...base, ...sizes, state: 'downloaded' as const, server: source.server };
    return registry.put({ ...model, trust: 'server' });
  }
  const expectedSha = options.sha256 ?? known?.sha256 ?? null;
  if (expectedSha === null && options.trustFirstUse !== true) throw describeUnvouched(id);
  const { path, sha256 } = await bringFile(registry, { ...options, id, expectedSha });
  await assertHeader(path, source.kind === 'url');
  return registry.put({
    ...base,
    state: 'downloaded',
    path,
    isOwned: source.kind === 'url',
    server: null,
    sha256,
    trust: expectedSha === null ? 'first_use' : 'expected',
    sizeBytes: (await stat(path)).size,
  });
}

async function bringFile(
  registry: ModelRegistry,
  options: InstallOptions & { expectedSha: string | null },
): Promise<{ path: string; sha256: string }> {
  const { expectedSha, id, signal, source } = options;
  if (source.kind === 'url') {
    const path = join(registry.modelsDir, `${id.replaceAll(':', '_')}.gguf`);
    return { path, sha256: await downloadFile({ ...options, url: parseUrl(source.url), path, expectedSha }) };
  }
  const path = resolve(source.kind === 'file' ? source.path : '');
  const sha256 = await hashFile(path, signal).catch((cause: unknown) => {
    throw new ElfError('PT_ELF_REQUEST_INVALID', {
      message: 'The weights cannot be read. Give the path of a GGUF file',
      details: { field: 'source.path', problem: 'unreadable' },
      cause,
    });
  });
  if (expectedSha !== null && expectedSha.toLowerCase() !== sha256) {
    throw new ElfError('PT_ELF_DIGEST_MISMATCH', {
      message: `The file for ${id} has the digest ${sha256}, expected ${expectedSha}. Take another file or correct the digest`,
      details: { model: id, expected: expectedSha, actual: sha256 },
    });
  }
  return { path, sha256 };
}

async function assertHeader(path: string, isOwned: boolean): Promise<void> {
  const checked = await readGgufHeader(path);
  if (checked.ok) return;
  if (isOwned) await rm(path, { force: true });
  const { code, message, subject } = checked.refusal;
  throw new ElfError('PT_ELF_MODEL_REFUSED', {
    message: `The weights are refused: ${message}. Install another file`,
    details: { file: 'weights', reason: code, subject },
  });
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new ElfError('PT_ELF_REQUEST_INVALID', {
    message: 'The source is not an http address. Give the address of a GGUF file',
    details: { field: 'source.url', problem: 'not an http address' },
  });
}

function describeUnvouched(model: string): ElfError {
  return new ElfError('PT_ELF_DIGEST_UNKNOWN', {
    message: `Nothing vouches for the weights of ${model}. Give their sha-256, or trust them on first use and have it recorded`,
    details: { model },
  });
}
