import type { Tuple } from '../schema/relations.js';
import { IntList } from '../state/int-list.js';
import { TextTable } from '../state/text-table.js';
import { countEdits } from './count-edits.js';
import { findNthLargest } from './find-nth-largest.js';
import { type QueryTerm, TermField } from './term-field.js';
import { tokenizeCode } from './tokenize-code.js';
import { WordCoverage } from './word-coverage.js';

export interface TextHit {
  key: string;
  score: number;
}

export interface TextAnswer {
  /** The best by falling score, then key; at most as many as asked for. */
  hits: TextHit[];
  /** Rows that match at all. */
  total: number;
}

export interface TextQuery {
  limit: number;
  accepts?: ((key: string) => boolean) | undefined;
}

/**
 * What each field of a row counts for; found on one repository and checked on others by `benchmarks/retrieval.mjs`.
 *
 * A row's code holds its docs already: the field is for rows whose docs stand elsewhere.
 */
const FIELD_WEIGHTS = {
  name: 0.8,
  container: 1,
  signature: 0.6,
  doc: 0.1,
  path: 1.8,
  body: 2.5,
  summary: 0.5,
};
type FieldName = keyof typeof FIELD_WEIGHTS;

/** What a row is called by. */
const NAMING_FIELDS: ReadonlySet<FieldName> = new Set(['name', 'container']);
/** How much more a row is worth whose name holds all words of the query. */
const NAMED_WEIGHT = 1;
const SIZE_UNIT_TERMS = 30;
const PREFIX_MIN_LENGTH = 4;
const PREFIX_WEIGHT = 0.3;
const TYPO_WEIGHT = 0.3;
/** Edits allowed for each character of a word nobody knows. */
const TYPO_SHARE = 0.2;

/**
 * BM25 over names, signatures, docs, paths, code and summaries, each field with lengths of its own, times the share
 * of the query's words that a row holds, more where its name holds them, times a little for its size.
 *
 * Fields are inverted indexes in flat arrays, because a text index of objects takes several times the memory of the
 * graph and too long for a common word.
 */
export class TextIndex {
  readonly #texts: TextTable;
  readonly #terms = new TextTable();
  readonly #fields: Record<FieldName, TermField>;
  readonly #owners = new Set<number>();
  #scores = new Float64Array(0);

  /** `texts` numbers the keys. */
  constructor(texts: TextTable = new TextTable()) {
    this.#texts = texts;
    const names = Object.keys(FIELD_WEIGHTS) as FieldName[];
    this.#fields = Object.fromEntries(names.map((name) => [name, new TermField()])) as Record<
      FieldName,
      TermField
    >;
  }

  putRow(tuple: Tuple): void {
    const key = tuple[0] as string;
    const path = tuple[1] as string;
    const owner = this.#texts.add(key);
    this.#owners.add(owner);
    this.#put('name', owner, tuple[3] as string);
    this.#put('container', owner, key.slice(path.length + 1, key.lastIndexOf('-')));
    this.#put('signature', owner, tuple[12] as string);
    this.#put('doc', owner, tuple[13] as string);
    this.#put('path', owner, path);
  }

  putCode(key: string, code: string): void {
    this.#put('body', this.#texts.add(key), code);
  }

  /** An empty text removes the summary. */
  putSummary(key: string, summary: string): void {
    this.#put('summary', this.#texts.add(key), summary);
  }

  remove(key: string): void {
    const owner = this.#texts.find(key);
    if (owner === undefined) return;
    this.#owners.delete(owner);
    for (const field of Object.values(this.#fields)) field.remove(owner);
  }

  /** Rows whose text holds the word, about: rows changed since the postings were last merged may count twice. */
  countRows(word: string): number {
    const number = this.#terms.find(tokenizeCode(word)[0] ?? '');
    return number === undefined ? 0 : this.#fields.body.countDocs(number);
  }

  /** Any word counts; the last one as a beginning when no text holds it. Typing errors are forgiven only when nothing else matches. */
  search(query: string, options: TextQuery): TextAnswer {
    const words = [...new Set(tokenizeCode(query))];
    const weights = words.map((word) => this.#rarity(this.#terms.find(word)));
    const exact = this.#rank({ terms: this.#expand(words), weights }, options);
    return exact.total > 0 ? exact : this.#rank({ terms: this.#correct(words), weights }, options);
  }

  #put(field: FieldName, owner: number, text: string): void {
    const counts = new Map<number, number>();
    for (const token of tokenizeCode(text)) {
      // A token may be a slice that keeps the whole text alive: a new term is stored as a text of its own.
      const term = this.#terms.find(token) ?? this.#terms.add(Buffer.from(token).toString());
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    this.#fields[field].put(owner, counts);
  }

  #expand(words: readonly string[]): QueryTerm[] {
    const terms = new Map<number, QueryTerm>();
    words.forEach((text, word) => {
      const term = this.#terms.find(text);
      if (term !== undefined) terms.set(term, { term, word, weight: this.#rarity(term) });
    });
    const last = words.at(-1) ?? '';
    if (last.length >= PREFIX_MIN_LENGTH && this.#terms.find(last) === undefined) {
      for (let term = 0; term < this.#terms.size; term += 1) {
        if (!this.#terms.get(term).startsWith(last) || terms.has(term)) continue;
        terms.set(term, { term, word: words.length - 1, weight: this.#rarity(term) * PREFIX_WEIGHT });
      }
    }
    return [...terms.values()];
  }

  #correct(words: readonly string[]): QueryTerm[] {
    const terms: QueryTerm[] = [];
    for (let term = 0; term < this.#terms.size; term += 1) {
      const text = this.#terms.get(term);
      const word = words.findIndex((near) => {
        const limit = Math.round(near.length * TYPO_SHARE);
        return limit > 0 && countEdits(near, text, limit) <= limit;
      });
      if (word >= 0) terms.push({ term, word, weight: this.#rarity(term) * TYPO_WEIGHT });
    }
    return terms;
  }

  /** Inverse document frequency over rows, from the field in which the term is most common; highest for an unknown one. */
  #rarity(term: number | undefined): number {
    let docs = 0;
    if (term !== undefined)
      for (const field of Object.values(this.#fields)) docs = Math.max(docs, field.countDocs(term));
    const all = Math.max(this.#owners.size, docs);
    return Math.log(1 + (all - docs + 0.5) / (docs + 0.5));
  }

  #rank(
    { terms, weights }: { terms: readonly QueryTerm[]; weights: readonly number[] },
    { limit, accepts }: TextQuery,
  ): TextAnswer {
    const touched = new IntList();
    if (this.#scores.length < this.#texts.size) this.#scores = new Float64Array(this.#texts.size * 2);
    const scores = this.#scores;
    const coverage = new WordCoverage(weights, this.#texts.size);
    const named = new WordCoverage(weights, this.#texts.size);
    for (const name of Object.keys(this.#fields) as FieldName[]) {
      const weight = FIELD_WEIGHTS[name];
      this.#fields[name].score(terms, (owner, score, { word }) => {
        coverage.mark(owner, word);
        if (NAMING_FIELDS.has(name)) named.mark(owner, word);
        if (scores[owner] === 0) touched.push(owner);
        scores[owner] = (scores[owner] as number) + score * weight;
      });
    }
    for (let i = 0; i < touched.length; i += 1) {
      const owner = touched.get(i);
      const size = this.#fields.body.lengthOf(owner) / SIZE_UNIT_TERMS;
      const share = weighShare(coverage.shareOf(owner)) * weighNamed(named.shareOf(owner));
      scores[owner] = (scores[owner] as number) * share * weighSize(size);
    }
    const { owners, values } = this.#takeScores(touched, accepts);
    const least = findNthLargest(values.slice(), limit);
    const hits: TextHit[] = [];
    values.forEach((score, i) => {
      if (score >= least) hits.push({ key: this.#texts.get(owners[i] as number), score });
    });
    hits.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
    return { hits: hits.slice(0, limit), total: values.length };
  }

  /** The scores of the rows that are wanted; the scratch space is zero again afterwards. */
  #takeScores(
    touched: IntList,
    accepts: ((key: string) => boolean) | undefined,
  ): { owners: Int32Array; values: Float64Array } {
    const owners = new Int32Array(touched.length);
    const values = new Float64Array(touched.length);
    let count = 0;
    for (let i = 0; i < touched.length; i += 1) {
      const owner = touched.get(i);
      if (accepts === undefined || accepts(this.#texts.get(owner))) {
        owners[count] = owner;
        values[count] = this.#scores[owner] as number;
        count += 1;
      }
      this.#scores[owner] = 0;
    }
    return { owners: owners.subarray(0, count), values: values.subarray(0, count) };
  }
}

/**
 * To the power of 1.25, as two roots because a power takes ten times as long: a row that holds all words of the query
 * beats one that repeats a few.
 */
function weighShare(share: number): number {
  return share * Math.sqrt(Math.sqrt(share));
}

/** Who asks with the words of a name, and few others, asks for what bears that name; a sentence hardly feels this. */
function weighNamed(share: number): number {
  return 1 + NAMED_WEIGHT * share * share * share;
}

/** BM25 holds length against a row; who looks for a change looks for code that does something. */
function weighSize(size: number): number {
  return Math.sqrt(1 + Math.log2(1 + size));
}
