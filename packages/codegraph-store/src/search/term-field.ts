import { IntList } from '../state/int-list.js';

/** One document of a field as term numbers and how often each occurs. */
export type TermCounts = ReadonlyMap<number, number>;

export interface QueryTerm {
  term: number;
  /** What the term counts for, rarity included. */
  weight: number;
  /** Number of the query's word that the term stands for. */
  word: number;
}

/** Is given what one term adds to the score of a document's owner. */
export type AddScore = (owner: number, score: number, term: QueryTerm) => void;

/** Postings of many documents, grouped by term. */
interface Segment {
  /** Where the postings of term t start; those of t end where those of t + 1 start. */
  starts: Int32Array;
  docs: Int32Array;
  counts: Uint8Array;
}

const NONE = -1;
const COUNT_BITS = 8;
const MAX_COUNT = 255;
/** So many documents may wait before they are sorted into the postings; until then a search reads each of them. */
const WAITING_LIMIT = 256;
const K1 = 1.5;
const B = 0.75;

/**
 * One field of every row as an inverted index in flat arrays: five bytes a posting.
 *
 * Owners are numbers of the shared table of texts. Documents that were put since the last merge wait in a log.
 */
export class TermField {
  #segment: Segment = { starts: new Int32Array(1), docs: new Int32Array(0), counts: new Uint8Array(0) };
  /** Document of each owner, and the other way round; a document without an owner is gone. */
  readonly #docOfOwner = new IntList(NONE);
  #owners = new IntList(NONE);
  #lengths = new IntList();
  #mergedDocs = 0;
  /** Postings of waiting documents, in order of document: term and count in one number. */
  #waiting = new IntList();
  #waitingEnds = new IntList();
  #docsOfTerm = new IntList();
  #liveDocs = 0;
  #liveLength = 0;

  /** Replaces what the field says of an owner. */
  put(owner: number, terms: TermCounts): void {
    this.remove(owner);
    if (terms.size === 0) return;
    let length = 0;
    for (const [term, count] of terms) {
      const kept = Math.min(count, MAX_COUNT);
      this.#waiting.push((term << COUNT_BITS) | kept);
      this.#docsOfTerm.set(term, this.#docsOfTerm.get(term) + 1);
      length += kept;
    }
    const doc = this.#owners.length;
    this.#owners.push(owner);
    this.#lengths.push(length);
    this.#waitingEnds.push(this.#waiting.length);
    this.#docOfOwner.set(owner, doc);
    this.#liveDocs += 1;
    this.#liveLength += length;
  }

  remove(owner: number): void {
    const doc = this.#docOfOwner.get(owner);
    if (doc === NONE) return;
    this.#docOfOwner.set(owner, NONE);
    this.#owners.set(doc, NONE);
    this.#liveDocs -= 1;
    this.#liveLength -= this.#lengths.get(doc);
  }

  /** How many documents hold the term; those that are gone but not yet merged away count, too. */
  countDocs(term: number): number {
    return this.#docsOfTerm.get(term);
  }

  /** Terms in the owner's document; 0 without one. */
  lengthOf(owner: number): number {
    const doc = this.#docOfOwner.get(owner);
    return doc === NONE ? 0 : this.#lengths.get(doc);
  }

  /** Adds the BM25 score of every document that holds one of the terms (Robertson and Zaragoza 2009). */
  score(terms: readonly QueryTerm[], add: AddScore): void {
    this.#settle();
    const average = this.#liveDocs === 0 ? 1 : this.#liveLength / this.#liveDocs;
    const rate = (doc: number, count: number) =>
      (count * (K1 + 1)) / (count + K1 * (1 - B + (B * this.#lengths.get(doc)) / average));
    const { starts, docs, counts } = this.#segment;
    for (const query of terms) {
      const { term, weight } = query;
      const end = term + 1 < starts.length ? (starts[term + 1] as number) : 0;
      for (let at = term < starts.length ? (starts[term] as number) : 0; at < end; at += 1) {
        const doc = docs[at] as number;
        const owner = this.#owners.get(doc);
        if (owner !== NONE) add(owner, weight * rate(doc, counts[at] as number), query);
      }
    }
    this.#visitWaiting((doc, term, count) => {
      const found = terms.find((query) => query.term === term);
      if (found !== undefined) add(this.#owners.get(doc), found.weight * rate(doc, count), found);
    });
  }

  #settle(): void {
    const waiting = this.#owners.length - this.#mergedDocs;
    if (waiting > WAITING_LIMIT && waiting > this.#mergedDocs / 20) this.#merge();
  }

  /** Sorts everything that is alive by term, by counting. */
  #merge(): void {
    const old = this.#segment;
    const numbers = this.#renumber();
    const perTerm = new IntList();
    this.#visitAll(old, (_, term) => perTerm.set(term, perTerm.get(term) + 1));
    const starts = new Int32Array(perTerm.length + 1);
    for (let term = 0; term < perTerm.length; term += 1)
      starts[term + 1] = (starts[term] as number) + perTerm.get(term);
    const size = starts[perTerm.length] as number;
    const next = starts.slice();
    const segment: Segment = { starts, docs: new Int32Array(size), counts: new Uint8Array(size) };
    this.#visitAll(old, (doc, term, count) => {
      const at = next[term] as number;
      segment.docs[at] = numbers[doc] as number;
      segment.counts[at] = count;
      next[term] = at + 1;
    });
    this.#segment = segment;
    this.#docsOfTerm = perTerm;
    this.#keepLive(numbers);
  }

  /** New numbers of the documents that are alive. */
  #renumber(): Int32Array {
    const numbers = new Int32Array(this.#owners.length).fill(NONE);
    let next = 0;
    for (let doc = 0; doc < numbers.length; doc += 1) {
      if (this.#owners.get(doc) === NONE) continue;
      numbers[doc] = next;
      next += 1;
    }
    return numbers;
  }

  #keepLive(numbers: Int32Array): void {
    const owners = new IntList(NONE, Math.max(1, this.#liveDocs));
    const lengths = new IntList(0, Math.max(1, this.#liveDocs));
    numbers.forEach((number, doc) => {
      if (number === NONE) return;
      const owner = this.#owners.get(doc);
      owners.push(owner);
      lengths.push(this.#lengths.get(doc));
      this.#docOfOwner.set(owner, number);
    });
    this.#owners = owners;
    this.#lengths = lengths;
    this.#mergedDocs = owners.length;
    this.#waiting = new IntList();
    this.#waitingEnds = new IntList();
  }

  #visitAll(segment: Segment, visit: (doc: number, term: number, count: number) => void): void {
    const { starts, docs, counts } = segment;
    for (let term = 0; term + 1 < starts.length; term += 1) {
      for (let at = starts[term] as number; at < (starts[term + 1] as number); at += 1) {
        const doc = docs[at] as number;
        if (this.#owners.get(doc) !== NONE) visit(doc, term, counts[at] as number);
      }
    }
    this.#visitWaiting(visit);
  }

  #visitWaiting(visit: (doc: number, term: number, count: number) => void): void {
    let at = 0;
    for (let i = 0; i < this.#waitingEnds.length; i += 1) {
      const doc = this.#mergedDocs + i;
      const end = this.#waitingEnds.get(i);
      const isAlive = this.#owners.get(doc) !== NONE;
      for (; at < end; at += 1) {
        const packed = this.#waiting.get(at);
        if (isAlive) visit(doc, packed >>> COUNT_BITS, packed & MAX_COUNT);
      }
    }
  }
}
