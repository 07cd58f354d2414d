// Words without content of their own: articles, prepositions, conjunctions, pronouns, auxiliaries, adverbs of degree.
const FUNCTION_WORDS = new Set(
  (
    'a about above after again against all already also although always am among an and another any are as at be because been before ' +
    'being below between both but by can cannot could did do does doing done down during each either else even ever every few for from ' +
    'further given had has have having here how however i if in inside instead into is it its itself just least less like many may maybe might ' +
    'more most must neither never no none nor not of off on once one only onto or other otherwise our out outside over own per rather s same shall ' +
    'should since so some still such than that the their them then there these they this those through to together too toward under unless ' +
    'until up upon us via was we were what when where whether which while who whose why will with within without would yet you your'
  ).split(' '),
);

// The words the rules themselves write: verbs of the templates and names of what Rust items are.
const TEMPLATE_WORDS = new Set(
  (
    'adds advances aliases applies associated async benchmarks bound called calls checks clones compare ' +
    'constant create convert converts crate creates current declares defines denies dereferences differs divides ' +
    'drops empty entry enum equals expects extends extern fail fails fields file formats function gives ' +
    'groups hashes holds ignored impl implementors implements indexes inverts invokes item items iterator ' +
    'macro methods module modules multiplies mut mutable mutably name negates next orders panic place ' +
    'point provides reexports requires returns rules set sets static struct subtracts takes test tests ' +
    'marker runs variant trait tries true try type union unit unsafe uses value variants views wraps yields'
  ).split(' '),
);

/**
 * True for a word a summary may use although the row does not: the closed list of function words and template words.
 * Every other word of a rule's summary comes from the row, its docs or its neighbours.
 */
export function isClosedWord(word: string): boolean {
  return FUNCTION_WORDS.has(word) || TEMPLATE_WORDS.has(word);
}

/** True for an article, preposition, pronoun or the like. */
export function isFunctionWord(word: string): boolean {
  return FUNCTION_WORDS.has(word);
}

/** True for a word the rules' own templates write. */
export function isTemplateWord(word: string): boolean {
  return TEMPLATE_WORDS.has(word);
}
