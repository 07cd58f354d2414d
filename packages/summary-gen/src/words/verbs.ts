import { splitPhrasalVerb } from './phrasal-verbs.js';

// Words that open a function name as a verb and are hardly ever nouns there.
const STRONG = new Set(
  (
    'abort accept accumulate acquire activate adapt add adjust advance align alloc allocate analyze ' +
    'append apply arrange assemble assert assign attach authenticate authorize await become begin bind ' +
    'borrow build calculate cancel canonicalize carry catch choose clamp classify clean clear clone close ' +
    'coalesce collect combine commit compact compare compile complete compress compute concat concatenate ' +
    'configure confirm connect construct consume convert create crop dealloc deallocate debounce decide ' +
    'declare decode decompress decrease decrypt dedup deduplicate defer define deflate delete demangle ' +
    'deny dequeue deref derive descend deserialize destroy detach detect determine disable disarm discard ' +
    'disconnect discover dismiss dispatch dispose distribute divide drain drop duplicate eat embed emit ' +
    'enable encode encrypt enforce enqueue ensure enter enumerate erase establish eval evaluate evict ' +
    'examine exclude exec execute expand expect explain explode extend extract fail fetch fill finalize ' +
    'find finish fix flatten flush follow forbid forget forward free freeze fuse gen generate get give ' +
    'glob go grant grind grow have hide highlight identify ignore implement include increase infer inflate ' +
    'inherit init initialize inject insert inspect install instantiate intern interpret intersect ' +
    'intersperse introduce invalidate invert invoke isolate iterate join keep kill launch leak leave let ' +
    'lex listen load locate lock lower make mangle mark materialize maximize measure memoize merge ' +
    'migrate minimize modify mount move multiply mutate negate normalize notify observe obtain open ' +
    'optimize overwrite parse partition peek perform persist pick poll pop populate predict prefetch ' +
    'prepare prepend preserve prevent print proceed produce promote propagate propose provide prune ' +
    'publish pull push put quantize quit raise randomize reach read rebuild receive reclaim recognize ' +
    'reconnect reconstruct recover recurse recv redirect reduce refer refill reflect refresh refuse ' +
    'register reject relate relax reload relocate remap remember remove rename render reorder replace ' +
    'represent require reseed reset resize resolve restart restore restrict resume retain retire retrieve ' +
    'retry reuse revert rewind rewrite roll rotate sanitize save seal seek send serialize serve set show ' +
    'shrink shuffle shut simplify simulate skip solve sort spawn specify squash stop submit ' +
    'subscribe subtract suppress suspend swap sync synchronize take tear tell terminate throttle throw ' +
    'toggle tokenize translate transmit transpose traverse trim truncate try unbind undo unescape unify ' +
    'uninstall unlink unlock unmount unpack unpark unpin unregister unset unsubscribe unwind unwrap unzip ' +
    'upsert validate verify visit wait wake walk warn write yank yield zeroize zip'
  ).split(' '),
);

// Verbs that become nouns in a function that takes nothing and gives something: `query(&self) -> &Query`.
const LEANING = new Set(
  (
    'boot broadcast bump call capture cast chain check clip copy count decrement diff display draw escape ' +
    'estimate exchange export filter flip fold fork format group guess handle hash import increment ' +
    'indent index link list map mix mock offer pad pause permit pin place process query record reject ' +
    'release repeat replay report request reserve return reverse round run scale scan schedule scroll ' +
    'search select shift sleep slice split spread start store stream strip sum switch transfer transform ' +
    'trigger update upgrade upload use view watch wrap'
  ).split(' '),
);

// As often nouns or adjectives as verbs: `log_path(root)` gives a path and logs nothing.
const AMBIGUOUS = new Set(
  (
    'access alias batch block buffer cache change charge chunk clock color comment config cover cross cut ' +
    'cycle default delay dump echo edit end error exit feed file finish flag frame guard hint hold ' +
    'hook input invite issue jump key label layout level limit log loop mask match mean name need note ' +
    'number object order output own pack pair park patch path pipe plan plot point prefix present profile ' +
    'program project prompt proxy punctuate queue rank rate reason reference reply result rule sample ' +
    'score seed shape share sign signal size sketch source span state step structure style support tag ' +
    'target test time total touch trace track train tune turn type value void weight zero zoom'
  ).split(' '),
);

const VERB_ENDING = /[a-z]{2}(?:ize|ise|ify)$/;
const NOT_VERBS = new Set(
  (
    'bitwise clockwise concise elementwise enterprise exercise expertise franchise isize likewise noise otherwise ' +
    'pairwise piecewise precise premise prize promise size stepwise usize wise'
  ).split(' '),
);
const VERB_PREFIX = /^(de|re|un|pre|dis|mis|over|auto)([a-z]{3,})$/;

/** How surely a word that opens a function name is a verb there. */
export type VerbStrength = 'strong' | 'leaning' | 'ambiguous';

/** The strength of a word as a verb, by list, by ending (`-ize`, `-ify`) or by prefix (`re-`, `un-`); undefined for others. */
export function verbStrength(word: string): VerbStrength | undefined {
  return listedStrength(word) ?? (isDerivedVerb(word) ? 'strong' : undefined);
}

function listedStrength(word: string): VerbStrength | undefined {
  if (STRONG.has(word)) return 'strong';
  if (LEANING.has(word) || splitPhrasalVerb(word) !== undefined) return 'leaning';
  return AMBIGUOUS.has(word) ? 'ambiguous' : undefined;
}

function isDerivedVerb(word: string): boolean {
  if (NOT_VERBS.has(word)) return false;
  if (word.length > 5 && VERB_ENDING.test(word)) return true;
  const [, prefix, base = ''] = VERB_PREFIX.exec(word) ?? [];
  return STRONG.has(base) || (prefix === 'un' && LEANING.has(base));
}
