import MiniSearch, { type SearchOptions } from 'minisearch';
import type { Tuple } from '../schema/relations.js';
import { tokenizeCode } from './tokenize-code.js';

interface TextDocument {
  id: string;
  name: string;
  signature: string;
  doc: string;
  path: string;
  container: string;
  summary: string;
}

const FIELDS = ['name', 'signature', 'doc', 'path', 'container', 'summary'];
/** Summaries are documents of their own, so that a new summary does not re-index its row. */
const SUMMARY_PREFIX = '\u0001';
const PREFIX_MIN_LENGTH = 4;
const RANKING: SearchOptions = {
  boost: { name: 4, container: 1.5, summary: 2 },
  bm25: { k: 1.5, b: 0.75, d: 0.5 },
  prefix: (term, i, terms) => i === terms.length - 1 && term.length >= PREFIX_MIN_LENGTH,
  weights: { prefix: 0.3, fuzzy: 0.3 },
};

export interface TextHit {
  key: string;
  score: number;
}

/** BM25 over names, signatures, docs, paths and summaries. */
export class TextIndex {
  readonly #index = new MiniSearch<TextDocument>({
    fields: FIELDS,
    tokenize: tokenizeCode,
    processTerm: (term) => term,
    autoVacuum: { minDirtCount: 1000, minDirtFactor: 0.2, batchSize: 500, batchWait: 5 },
  });

  putRow(tuple: Tuple, summary?: string): void {
    const key = tuple[0] as string;
    const path = tuple[1] as string;
    this.#put({
      id: key,
      name: tuple[3] as string,
      signature: tuple[12] as string,
      doc: tuple[13] as string,
      path,
      container: key.slice(path.length + 1, key.lastIndexOf('-')),
      summary: '',
    });
    if (summary !== undefined && summary !== '') this.putSummary(key, summary);
  }

  /** An empty text removes the summary. */
  putSummary(key: string, summary: string): void {
    const id = SUMMARY_PREFIX + key;
    if (summary === '') this.#discard(id);
    else this.#put({ id, name: '', signature: '', doc: '', path: '', container: '', summary });
  }

  remove(key: string): void {
    this.#discard(key);
    this.#discard(SUMMARY_PREFIX + key);
  }

  /** Hits by falling score, then key. Any word counts; typing errors are forgiven only when nothing else matches. */
  search(query: string, accepts?: (key: string) => boolean): TextHit[] {
    const hits = this.#rank(query, {}, accepts);
    return hits.length > 0 ? hits : this.#rank(query, { fuzzy: 0.2 }, accepts);
  }

  #rank(query: string, options: SearchOptions, accepts: ((key: string) => boolean) | undefined): TextHit[] {
    const results = this.#index.search(query, { ...RANKING, ...options });
    const hits: TextHit[] = [];
    const numbers = new Map<string, number>();
    for (const result of results) {
      const id = result.id as string;
      const key = id.startsWith(SUMMARY_PREFIX) ? id.slice(1) : id;
      if (accepts !== undefined && !accepts(key)) continue;
      const known = hits[numbers.get(key) ?? -1];
      if (known !== undefined) known.score += result.score;
      else {
        numbers.set(key, hits.length);
        hits.push({ key, score: result.score });
      }
    }
    return hits.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
  }

  #put(document: TextDocument): void {
    this.#discard(document.id);
    this.#index.add(document);
  }

  #discard(id: string): void {
    if (this.#index.has(id)) this.#index.discard(id);
  }
}
