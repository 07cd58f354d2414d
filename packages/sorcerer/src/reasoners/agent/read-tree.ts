import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a scratch tree; `text` is null for one that is no UTF-8 text, `isLink` for anything but a plain file. */
export interface TreeFile {
  hash: string;
  text: string | null;
  isLink: boolean;
}

const SKIPPED = new Set(['.git', 'target', 'node_modules']);

/** Every file below a folder by its path with `/`; links are named, not followed. */
export async function readTree(dir: string): Promise<Map<string, TreeFile>> {
  const files = new Map<string, TreeFile>();
  await readFolder({ dir, at: '', files });
  return files;
}

async function readFolder({
  dir,
  at,
  files,
}: {
  dir: string;
  at: string;
  files: Map<string, TreeFile>;
}): Promise<void> {
  for (const entry of await readdir(join(dir, at), { withFileTypes: true })) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) await readFolder({ dir, at: path, files });
    } else if (entry.isFile()) {
      const bytes = await readFile(join(dir, path));
      files.set(path, {
        hash: createHash('sha256').update(bytes).digest('hex'),
        text: decode(bytes),
        isLink: false,
      });
    } else {
      files.set(path, { hash: 'link', text: null, isLink: true });
    }
  }
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
