import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isFolderLocked } from './lock-folder.js';

/** What may stay in a state folder. */
export interface ShadowLimits {
  /** Shadows, baselines and logs nobody used for longer go. Default 30 days. */
  maxAgeMs?: number;
  /** The least recently used shadows go until the rest is smaller. Default 20 GiB. */
  maxBytes?: number;
}

/** What was removed from a state folder and what is left. */
export interface ShadowCollection {
  removed: { folder: string; reason: 'repository_gone' | 'too_old' | 'too_large'; sizeBytes: number }[];
  /** Of the shadows that stay; files shared with the user's build folder count as nothing. */
  sizeBytes: number;
}

const DEFAULT_MAX_AGE_MS = 30 * 24 * 3_600_000;
const DEFAULT_MAX_BYTES = 20 * 1024 ** 3;
const SHADOW = /^shadow-[0-9a-f]{16}$/;

/**
 * Removes shadows whose repository is gone, that were not used for long, or that take too much room, and old logs.
 *
 * `keep` names the shadow folder in use; one another process works in is never touched. A removed shadow is made again when
 * it is needed.
 */
export function collectShadows(
  stateDir: string,
  limits: ShadowLimits,
  keep: string | null = null,
): ShadowCollection {
  const { maxAgeMs = DEFAULT_MAX_AGE_MS, maxBytes = DEFAULT_MAX_BYTES } = limits;
  const result: ShadowCollection = { removed: [], sizeBytes: 0 };
  const oldest = Date.now() - maxAgeMs;
  const shadows = listShadows(stateDir).filter(
    (name) => !isFolderLocked(`${join(stateDir, name)}.lock`) || name === keep,
  );
  const found = shadows.map((name) => ({ name, ...describeShadow(join(stateDir, name)) }));
  for (const shadow of found.sort((a, b) => b.usedMs - a.usedMs)) {
    const total = result.sizeBytes + shadow.sizeBytes;
    const reason = shadow.isOrphan
      ? 'repository_gone'
      : shadow.usedMs < oldest
        ? 'too_old'
        : total > maxBytes
          ? 'too_large'
          : null;
    if (reason === null || shadow.name === keep) {
      result.sizeBytes = total;
      removeOldFiles(join(stateDir, shadow.name, 'baselines'), oldest);
    } else {
      rmSync(join(stateDir, shadow.name), { recursive: true, force: true });
      result.removed.push({ folder: shadow.name, reason, sizeBytes: shadow.sizeBytes });
    }
  }
  removeOldFiles(join(stateDir, 'logs'), oldest);
  return result;
}

function listShadows(stateDir: string): string[] {
  return existsSync(stateDir) ? readdirSync(stateDir).filter((name) => SHADOW.test(name)) : [];
}

interface ShadowFacts {
  usedMs: number;
  sizeBytes: number;
  isOrphan: boolean;
}

function describeShadow(folder: string): ShadowFacts {
  const state = join(folder, 'state.json');
  const stats = statSync(state, { throwIfNoEntry: false });
  return {
    usedMs: stats?.mtimeMs ?? statSync(folder).mtimeMs,
    sizeBytes: measureFolder(folder),
    isOrphan: stats !== undefined && isRepositoryGone(state),
  };
}

function isRepositoryGone(state: string): boolean {
  try {
    const { trees } = JSON.parse(readFileSync(state, 'utf8')) as { trees: Record<string, unknown> };
    const roots = Object.keys(trees);
    return roots.length > 0 && roots.every((root) => !existsSync(root));
  } catch {
    return false;
  }
}

/** Bytes of the files that only this folder holds. */
function measureFolder(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += measureFolder(path);
    else if (entry.isFile()) {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats?.nlink === 1) bytes += stats.size;
    }
  }
  return bytes;
}

function removeOldFiles(folder: string, oldestMs: number): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats?.isFile() === true && stats.mtimeMs < oldestMs) rmSync(join(folder, name), { force: true });
  }
}
