import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { StepPacer } from './step-pacer.js';

/** Evaluated prefixes on disk, so that one evaluation serves every sequence of a context. */
export interface PrefixStates {
  /**
   * Brings a sequence to the end of a prefix: from the file when the prefix is known, by `evaluate` otherwise.
   *
   * Sequences that ask for the same prefix at the same time share one evaluation. Answers whether it was restored.
   */
  bring(
    sequence: LlamaContextSequence,
    prefix: readonly Token[],
    evaluate: () => Promise<void>,
  ): Promise<boolean>;
  /** Forgets every prefix and removes its file. */
  drop(): Promise<void>;
}

const MAX_PREFIXES = 8;

/** Opens a store in a directory that no other context uses: a state only fits the context that wrote it. */
export function openPrefixStates(dir: string, pacer: StepPacer): PrefixStates {
  const known = new Map<string, Promise<boolean>>();
  const fileOf = (key: string): string => join(dir, `${key}.state`);
  const forget = async (key: string): Promise<void> => {
    known.delete(key);
    await rm(fileOf(key), { force: true });
  };
  return {
    async bring(sequence, prefix, evaluate) {
      const key = createHash('sha256').update(Uint32Array.from(prefix)).digest('hex');
      const saved = known.get(key);
      if (saved !== undefined && (await saved)) {
        // Used last, evicted last.
        known.delete(key);
        known.set(key, saved);
        if (await pacer.pause(() => restore(sequence, fileOf(key)))) return true;
      }
      const built = buildState(sequence, { file: fileOf(key), evaluate, pacer });
      known.set(key, built.isSaved);
      await built.evaluated;
      if (!(await built.isSaved)) known.delete(key);
      const [oldest] = known.keys();
      if (known.size > MAX_PREFIXES && oldest !== undefined) await forget(oldest);
      return false;
    },
    async drop() {
      await Promise.all([...known.keys()].map(forget));
    },
  };
}

/** A state that cannot be saved costs others their shortcut and nobody the answer. */
function buildState(
  sequence: LlamaContextSequence,
  { evaluate, file, pacer }: { file: string; evaluate: () => Promise<void>; pacer: StepPacer },
): { evaluated: Promise<void>; isSaved: Promise<boolean> } {
  const evaluated = evaluate();
  const isSaved = evaluated
    .then(() => pacer.pause(() => sequence.saveStateToFile(file)))
    .then(
      () => true,
      () => false,
    );
  return { evaluated, isSaved };
}

async function restore(sequence: LlamaContextSequence, file: string): Promise<boolean> {
  try {
    await sequence.loadStateFromFile(file, { acceptRisk: true });
    return true;
  } catch {
    return false;
  }
}
