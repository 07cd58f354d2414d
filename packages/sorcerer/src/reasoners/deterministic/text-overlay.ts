import type { FileChange } from '@parseltongue/isg-core';
import type { SourceReader } from '../../ports.js';
import { landReplacements } from './apply-replacements.js';
import type { FixChoice } from './expand-suggestions.js';

/** Where the text of a choice came to stand, in bytes of the new text. */
export interface Landing {
  choice: FixChoice;
  path: string;
  start: number;
  end: number;
}

/** Texts on top of the tree. */
export interface TextOverlay {
  /** Follows all choices or none; undefined when a text is missing or offsets do not fit. */
  replace(choices: readonly FixChoice[]): Promise<Landing[] | undefined>;
  /** Changed files in path order. */
  changes(): FileChange[];
  fork(): TextOverlay;
}

interface OverlayFile {
  beforeHash: string;
  before: string;
  after: string;
}

/** An overlay without changes, or with those of `files`. */
export function createTextOverlay(
  readText: SourceReader['readText'],
  files: ReadonlyMap<string, OverlayFile> = new Map(),
): TextOverlay {
  const current = new Map(files);
  const loadFile = async (path: string): Promise<OverlayFile | undefined> => {
    const known = current.get(path);
    if (known !== undefined) return known;
    const read = await readText(path);
    return read === undefined ? undefined : { beforeHash: read.hash, before: read.text, after: read.text };
  };
  return {
    async replace(choices) {
      const updates = new Map<string, OverlayFile>();
      const landings: Landing[] = [];
      for (const [path, parts] of groupByPath(choices)) {
        const file = await loadFile(path);
        const result =
          file &&
          landReplacements(
            file.after,
            parts.map(({ replacement }) => replacement),
          );
        if (file === undefined || result === undefined) return undefined;
        updates.set(path, { ...file, after: result.text });
        result.landed.forEach((place, i) => {
          const choice = parts[i]?.choice;
          if (choice !== undefined) landings.push({ choice, path, ...place });
        });
      }
      for (const [path, file] of updates) current.set(path, file);
      return landings;
    },
    changes: () =>
      [...current]
        .filter(([, file]) => file.after !== file.before)
        .map(([path, file]) => ({ path, before_hash: file.beforeHash, after: file.after }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    fork: () => createTextOverlay(readText, current),
  };
}

type Part = { choice: FixChoice; replacement: FixChoice['suggestion']['replacements'][number] };

function groupByPath(choices: readonly FixChoice[]): Map<string, Part[]> {
  const groups = new Map<string, Part[]>();
  for (const choice of choices) {
    for (const replacement of choice.suggestion.replacements) {
      const group = groups.get(replacement.path) ?? [];
      group.push({ choice, replacement });
      groups.set(replacement.path, group);
    }
  }
  return groups;
}
