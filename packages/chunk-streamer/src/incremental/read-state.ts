import { hash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KnownFile, ToldFile } from './known-file.js';

/** What a stream remembers from one process to the next. */
export interface StreamState {
  /** Hash of the list of files and of the manifests. */
  structureHash: string;
  files: Map<string, KnownFile>;
  told: Map<string, ToldFile>;
  /** Stamps of the regions that were resolved. */
  regions: readonly string[];
}

// Rows and edges of another version may differ for the same bytes: its state says nothing.
const FORMAT = 'pt.stream-state/2';

/** The state in the file, undefined when there is none, when it is damaged, or when other settings wrote it. */
export async function readState(file: string, settings: string): Promise<StreamState | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (text.slice(0, end) !== sealOf(body, settings)) return undefined;
  const { structureHash, files, told, regions } = JSON.parse(body) as SavedState;
  return { structureHash, files: new Map(files), told: new Map(told), regions };
}

interface SavedState {
  structureHash: string;
  files: [string, KnownFile][];
  told: [string, ToldFile][];
  regions: readonly string[];
}

/** Replaces the file at once; a reader sees the old state or the new one. */
export async function writeState(file: string, settings: string, state: StreamState): Promise<void> {
  const { structureHash, files, told, regions } = state;
  const saved: SavedState = { structureHash, files: [...files], told: [...told], regions };
  const body = JSON.stringify(saved);
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(temporary, `${sealOf(body, settings)}\n${body}`, { mode: 0o600 });
  await rename(temporary, file);
}

// Nothing but what this module wrote for the same settings carries the seal.
function sealOf(body: string, settings: string): string {
  return `${FORMAT} ${hash('sha256', `${settings}\n${body}`, 'hex')}`;
}
