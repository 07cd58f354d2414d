import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder with files that is removed on disposal. */
export interface TemporaryRepository extends Disposable {
  root: string;
  write(path: string, content: string | Uint8Array): void;
}

export function openRepository(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): TemporaryRepository {
  const root = mkdtempSync(join(tmpdir(), 'chunk-streamer-'));
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  return {
    root,
    write,
    [Symbol.dispose]: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
