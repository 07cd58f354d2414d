import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listDisk } from '../shadow/list-disk.js';
import type { Shadow } from '../shadow/open-shadow.js';
import { type LibraryWords, listWords, readLibraryKey, readLibraryWords } from './library-words.js';

/** The words of one source file, comments included. */
export interface FileWords {
  stamp: string;
  words: ReadonlySet<string>;
  derives: readonly string[];
}

/** The words of a repository and of what it is built with, read again only where something moved. */
export class Vocabulary {
  readonly #root: string;
  readonly #files = new Map<string, FileWords>();
  #libraries: { key: string; found: LibraryWords | null } | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** The words of the repository's Rust files as they are on disk; `skipDirs` are absolute build folders. */
  async readTree(skipDirs: readonly string[]): Promise<ReadonlyMap<string, FileWords>> {
    const present = listDisk(this.#root, skipDirs);
    for (const path of [...this.#files.keys()]) if (!present.has(path)) this.#files.delete(path);
    for (const [path, entry] of present) {
      if (!path.endsWith('.rs') || this.#files.get(path)?.stamp === entry.stamp) continue;
      const text = await readFile(join(this.#root, path), 'utf8').catch(() => '');
      this.#files.set(path, describeText(text, entry.stamp));
    }
    return this.#files;
  }

  /** The words of dependencies and toolchain; null when they cannot be known. */
  async readLibraries(shadow: Shadow): Promise<LibraryWords | null> {
    const key = await readLibraryKey(shadow);
    if (key === null) return null;
    if (this.#libraries?.key !== key) this.#libraries = { key, found: await readLibraryWords(shadow, key) };
    return this.#libraries.found;
  }
}

/** The words of a text. */
function describeText(text: string, stamp: string): FileWords {
  const derives = [...text.matchAll(/derive\(([^)]*)\)/g)].flatMap((match) => listWords(match[1] ?? ''));
  return { stamp, words: new Set(listWords(text)), derives };
}
