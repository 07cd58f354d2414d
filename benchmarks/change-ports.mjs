// What benchmarks of changes share: the ports by which a change sees a repository, as the command line wires them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The port for files of a repository. */
export function createFilesPort(root) {
  return {
    readText: async (path) => {
      try {
        const text = readFileSync(join(root, path), 'utf8');
        return { text, hash: createHash('sha256').update(text).digest('hex') };
      } catch {
        return undefined;
      }
    },
  };
}

/** The port for context out of a store. */
export function createContextPort(store) {
  return {
    search: async (query, options) =>
      (await store.search(query, { ...options, detail: 'signatures' })).hits.map(toRow),
    repoMap: async ({ tokenBudget, focus }) => (await store.repoMap({ tokenBudget, focus })).text,
    blastRadius: async (keys) =>
      (await store.blastRadius(keys)).levels.flatMap(({ code, tests }) => [...code, ...tests].map(toRow)),
  };
}

function toRow(hit) {
  return {
    isgl1_key: hit.key,
    interface_signature: hit.signature ?? '',
    tdd_classification: hit.tdd,
    summary: hit.summary ?? null,
  };
}
