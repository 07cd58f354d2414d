// Verbs of two words that names write as one; as one word they are nouns.
const PHRASAL: Readonly<Record<string, readonly [verb: string, particle: string]>> = {
  backup: ['back', 'up'],
  checkout: ['check', 'out'],
  cleanup: ['clean', 'up'],
  login: ['log', 'in'],
  logout: ['log', 'out'],
  lookup: ['look', 'up'],
  rollback: ['roll', 'back'],
  setup: ['set', 'up'],
  shutdown: ['shut', 'down'],
  startup: ['start', 'up'],
  teardown: ['tear', 'down'],
  warmup: ['warm', 'up'],
};

/** The verb and particle of a phrasal verb written as one word: `lookup` is `look up`; undefined for others. */
export function splitPhrasalVerb(word: string): readonly [verb: string, particle: string] | undefined {
  return Object.hasOwn(PHRASAL, word) ? PHRASAL[word] : undefined;
}
