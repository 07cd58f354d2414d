import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes `folder` a view of the standard library's sources without its manifest, and answers the folder.
 *
 * With the manifest a server asks cargo for the library's own dependencies; offline that fails, and the server goes on with
 * a library whose crates do not know each other. Without it the server puts the crates together by itself. Where links
 * cannot be made the sources themselves are answered.
 */
export function stitchLibrary(sources: string, folder: string): string {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(sources)) {
      const target = join(sources, name);
      if (statSync(target).isDirectory()) symlinkSync(target, join(folder, name), 'dir');
    }
    return folder;
  } catch {
    return sources;
  }
}
