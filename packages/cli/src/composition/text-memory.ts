import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInsidePath, type Proposal, type RunEvent } from '@parseltongue/isg-core';
import type { FilePair } from '../render/diff.js';

/** Keeps the texts a run is about to change, so that its diff can be shown once they are changed. */
export interface TextMemory {
  /** Reads the files a proposal names, at the moment it is made. */
  remember(event: RunEvent): void;
  pair(proposal: Proposal): FilePair[];
}

/** A memory of the files below `root`. */
export function createTextMemory(root: string): TextMemory {
  const before = new Map<string, string | null>();
  return {
    remember({ type, payload }) {
      if (type !== 'rows-proposed' || !Array.isArray(payload.files)) return;
      for (const path of payload.files) {
        if (typeof path === 'string' && !before.has(path)) before.set(path, readText(root, path));
      }
    },
    pair: (proposal) =>
      proposal.files.map(({ path, after }) => ({ path, before: before.get(path) ?? null, after })),
  };
}

function readText(root: string, path: string): string | null {
  if (!isInsidePath(path)) return null;
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return null;
  }
}
