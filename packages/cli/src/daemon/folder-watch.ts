import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeSignal } from '../composition/open-stages.js';

/** Notices that something below a root changed; never says what. */
export interface FolderWatch extends ChangeSignal {
  /** False while some folder cannot be watched: then every question compares the tree. */
  isComplete(): boolean;
  close(): void;
}

/** Folders that hold no sources of ours: our own state, git's, the builds'. */
const IGNORED = new Set(['.git', '.parseltongue', 'target', 'node_modules']);

/** Watches every folder below `root`, one watch a folder; new folders are watched as they appear. */
export function openFolderWatch(root: string): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  let generation = 0;
  let isBroken = false;
  let scan: Promise<void> = Promise.resolve();
  const onChange = (folder: string, type: string): void => {
    generation += 1;
    if (type === 'rename') scan = scan.then(() => addBelow(folder));
  };
  const add = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (type, name) => {
        if (name === null || !IGNORED.has(name)) onChange(folder, type);
      });
      watcher.on('error', () => (isBroken = true));
      watchers.set(folder, watcher);
    } catch {
      isBroken = true; // out of watches, or the folder went away: both are answered by comparing
    }
  };
  const addBelow = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) {
      drop(folder);
      return;
    }
    if (!watchers.has(folder)) {
      add(folder);
      generation += 1; // what was written before the watch began has no event
    }
    for (const entry of entries) {
      if (entry.isDirectory() && !IGNORED.has(entry.name)) await addBelow(join(folder, entry.name));
    }
  };
  const drop = (folder: string): void => {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };
  scan = addBelow(root);
  return {
    isComplete: () => !isBroken,
    async readGeneration() {
      await settle();
      await scan;
      return isBroken ? undefined : generation;
    },
    close: () => drop(root),
  };
}

/** Lets events that the system already queued be read: one full round of the event loop. */
async function settle(): Promise<void> {
  for (let round = 0; round < 2; round += 1) await new Promise((done) => setImmediate(done));
}
