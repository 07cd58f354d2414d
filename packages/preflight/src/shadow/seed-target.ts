import { existsSync, linkSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cloneFiles } from './clone-files.js';

/** What was taken over from the user's build folder. */
export interface SeedReport {
  linked: number;
  copied: number;
  /** Why nothing was taken over, null when something was. */
  skipped: string | null;
}

export interface SeedOptions {
  env: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

const LINK_FROM_BYTES = 64 * 1024;
const MAX_COPY_BYTES = 2 * 1024 ** 3;

/**
 * Fills `targetDir` with the artifacts of the user's debug builds, without changing a byte of theirs.
 *
 * Large files that cargo replaces rather than rewrites are hard-linked; dependency and fingerprint files, which it
 * rewrites in place, and everything small are copied with their times. Incremental caches are bound to a path: left out.
 */
export async function seedTarget(
  userTargetDir: string,
  targetDir: string,
  options: SeedOptions,
): Promise<SeedReport> {
  const files = listArtifacts(userTargetDir);
  if (files.length === 0)
    return { linked: 0, copied: 0, skipped: 'the repository has no debug build to start from' };
  mkdirSync(targetDir, { recursive: true });
  const canLink = statSync(userTargetDir).dev === statSync(targetDir).dev;
  const copied: string[] = [];
  let copyBytes = 0;
  let linked = 0;
  for (const { path, sizeBytes } of files) {
    if (canLink && isReplacedByCargo(path, sizeBytes)) {
      mkdirSync(dirname(join(targetDir, path)), { recursive: true });
      linkSync(join(userTargetDir, path), join(targetDir, path));
      linked += 1;
    } else {
      copied.push(path);
      copyBytes += sizeBytes;
    }
  }
  if (copyBytes > MAX_COPY_BYTES) {
    return {
      linked,
      copied: 0,
      skipped: `${Math.round(copyBytes / 1024 ** 2)} MiB of artifacts lie on another file system`,
    };
  }
  const isDone = await cloneFiles({ from: userTargetDir, to: targetDir, paths: copied, ...options });
  return {
    linked,
    copied: isDone ? copied.length : 0,
    skipped: isDone ? null : 'cp could not copy the artifacts',
  };
}

function isReplacedByCargo(path: string, sizeBytes: number): boolean {
  return sizeBytes > LINK_FROM_BYTES && !path.endsWith('.d') && !path.includes('.fingerprint/');
}

function listArtifacts(userTargetDir: string): { path: string; sizeBytes: number }[] {
  if (!existsSync(userTargetDir)) return [];
  const found: { path: string; sizeBytes: number }[] = [];
  const visit = (prefix: string): void => {
    for (const entry of readdirSync(join(userTargetDir, prefix), { withFileTypes: true })) {
      const path = `${prefix}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'incremental') visit(path);
      if (entry.isFile()) found.push({ path, sizeBytes: statSync(join(userTargetDir, path)).size });
    }
  };
  for (const folder of listProfileFolders(userTargetDir)) visit(folder);
  return found;
}

/** `debug` and, for builds with an explicit target, `<triple>/debug`. */
function listProfileFolders(userTargetDir: string): string[] {
  const names = readdirSync(userTargetDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ['debug', ...names.map((entry) => `${entry.name}/debug`)].filter((folder) =>
    existsSync(join(userTargetDir, folder)),
  );
}
