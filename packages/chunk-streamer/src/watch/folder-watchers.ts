import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { StreamError } from '../errors.js';

/** Who hears of changes. */
export interface FolderListener {
  /** Repo-relative path of an entry that came, went or was written. */
  onChange(path: string): void;
  /** Events of a folder were lost. */
  onLost(): void;
}

/** One watcher a folder: what is not walked costs nothing and is never heard of. */
export class FolderWatchers implements Disposable {
  readonly #root: string;
  readonly #listener: FolderListener;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(root: string, listener: FolderListener) {
    this.#root = root;
    this.#listener = listener;
  }

  /**
   * Watches exactly these folders; those that are watched already go on. True when one was added.
   *
   * @throws StreamError PT_STREAM_WATCH_FAILED when the system grants no more watchers
   */
  watchOnly(folders: readonly string[]): boolean {
    const wanted = new Set(folders);
    for (const folder of [...this.#watchers.keys()]) if (!wanted.has(folder)) this.#unwatch(folder);
    const added = folders.filter((folder) => !this.#watchers.has(folder));
    for (const folder of added) this.#watch(folder);
    return added.length > 0;
  }

  has(folder: string): boolean {
    return this.#watchers.has(folder);
  }

  [Symbol.dispose](): void {
    for (const folder of [...this.#watchers.keys()]) this.#unwatch(folder);
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(join(this.#root, folder), { persistent: true }, (_, name) => {
        this.#hear(folder, name);
      });
      watcher.on('error', () => {
        this.#unwatch(folder);
        this.#listener.onLost();
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? 'unknown failure';
      if (reason === 'ENOENT' || reason === 'ENOTDIR')
        this.#listener.onLost(); // gone between walk and watch
      else throw refused(folder, reason, error);
    }
  }

  #hear(folder: string, name: string | null): void {
    if (name === null) {
      this.#listener.onLost();
      return;
    }
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!isForeign(name)) this.#listener.onChange(path);
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

// Entries that only version control, this project and builds write.
const FOREIGN_NAMES: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.jj', '.parseltongue', 'target']);

function isForeign(name: string): boolean {
  return FOREIGN_NAMES.has(name);
}

function refused(folder: string, reason: string, cause: unknown): StreamError {
  const advice =
    reason === 'ENOSPC' || reason === 'EMFILE'
      ? 'Raise fs.inotify.max_user_watches or the limit of open files, or stream again instead of watching'
      : 'Check the permissions of the folder';
  return new StreamError('PT_STREAM_WATCH_FAILED', {
    message: `Cannot watch ${folder === '' ? 'the root' : folder}: ${reason}. ${advice}`,
    details: { folder, reason },
    cause,
  });
}
