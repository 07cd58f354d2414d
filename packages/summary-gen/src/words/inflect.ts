import { splitPhrasalVerb } from './phrasal-verbs.js';
import { verbStrength } from './verbs.js';

const IRREGULAR: Readonly<Record<string, string>> = {
  be: 'is',
  have: 'has',
  do: 'does',
  go: 'goes',
  undo: 'undoes',
};

/** The third person of an English verb: `parse` is `parses`, `try` is `tries`, `match` is `matches`, `lookup` is `looks up`. */
export function toThirdPerson(verb: string): string {
  const irregular = IRREGULAR[verb];
  if (irregular !== undefined) return irregular;
  const [stem, particle] = splitPhrasalVerb(verb) ?? [];
  if (stem !== undefined) return `${toThirdPerson(stem)} ${particle}`;
  if (isThirdPerson(verb)) return verb;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

/** True for a word that already is the third person of a known verb, such as `contains`. */
export function isThirdPerson(word: string): boolean {
  if (word === 'is' || word === 'has' || word === 'does') return true;
  if (!word.endsWith('s') || word.endsWith('ss')) return false;
  return baseForms(word).some((base) => base !== word && verbStrength(base) !== undefined);
}

/** The word and what it may be the plural or third person of; the first entry is the word itself. */
export function baseForms(word: string): string[] {
  const forms = [word];
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) {
    forms.push(word.slice(0, -1));
    if (word.endsWith('ies')) forms.push(`${word.slice(0, -3)}y`);
    if (word.endsWith('es')) forms.push(word.slice(0, -2));
  }
  return forms;
}

/** {@link baseForms} and what the word may be a participle, gerund or agent of: `parsing`, `parsed`, `parser`. */
export function looseForms(word: string): string[] {
  const forms = baseForms(word);
  for (const ending of ['ing', 'ed', 'er', 'or', 'ion', 'ly', 'ation']) {
    if (word.length < ending.length + 3) continue;
    for (const form of [word, word.endsWith('s') ? word.slice(0, -1) : '']) {
      if (!form.endsWith(ending)) continue;
      const base = form.slice(0, -ending.length);
      forms.push(base, `${base}e`, `${base}y`);
      if (base.length > 2 && base.at(-1) === base.at(-2)) forms.push(base.slice(0, -1));
      if (base.endsWith('i')) forms.push(`${base.slice(0, -1)}y`);
    }
  }
  return forms;
}
