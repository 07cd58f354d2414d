import { randomUUID } from 'node:crypto';
import { chmod, chown, open, rename, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileImage } from './file-image.js';
import type { Reach } from './step.js';

/** Writes a new file and waits until its bytes are on the disk. `reach` is told after opening, writing and syncing. */
export async function writeDurably(
  file: string,
  bytes: Uint8Array,
  options: { mode: number; reach: Reach; name: string },
): Promise<void> {
  const handle = await open(file, 'wx', options.mode);
  try {
    await options.reach(`${options.name}-opened`);
    await handle.writeFile(bytes);
    await options.reach(`${options.name}-written`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await options.reach(`${options.name}-synced`);
}

/**
 * Writes a version of a file under a temporary name, with its permissions and, where the process may, its owner.
 *
 * @returns false when the file will belong to somebody else than before
 */
export async function writeImage(
  file: string,
  image: FileImage,
  options: { reach: Reach; name: string },
): Promise<boolean> {
  if (image.kind === 'symlink') {
    await symlink(image.bytes, file);
    return true;
  }
  await writeDurably(file, image.bytes, { mode: image.mode === null ? 0o666 : 0o600, ...options });
  const keepsOwner = await keepOwner(file, image);
  if (image.mode !== null) await chmod(file, image.mode);
  return keepsOwner;
}

/** Replaces a file of ours in one step: temporary name, sync, rename, sync of the folder. */
export async function replaceDurably(file: string, text: string, reach: Reach): Promise<void> {
  const temp = `${file}.${randomUUID()}`;
  await writeDurably(temp, Buffer.from(text), { mode: 0o600, reach, name: 'plan' });
  await rename(temp, file);
  await reach('plan-renamed');
  await syncFolder(dirname(file));
}

/** Waits until renames and removals in a folder are on the disk; a folder that is gone needs none. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Some systems cannot sync a folder; the rename itself is atomic there too.
    if (!['ENOENT', 'ENOTDIR', 'EINVAL', 'EPERM', 'EISDIR', 'EACCES'].includes(code ?? '')) throw error;
  }
}

async function keepOwner(file: string, image: FileImage): Promise<boolean> {
  const { owner } = image;
  if (owner === null || process.getuid === undefined || process.getgid === undefined) return true;
  if (owner.uid === process.getuid() && owner.gid === process.getgid()) return true;
  return await chown(file, owner.uid, owner.gid).then(
    () => true,
    () => false,
  );
}
