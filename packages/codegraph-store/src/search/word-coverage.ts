const LANE_BITS = 32;

/** Which words of a query each row holds, in one bit a word. */
export class WordCoverage {
  readonly #weights: readonly number[];
  readonly #lanes: number;
  readonly #bits: Uint32Array;
  readonly #total: number;

  /** What each word weighs, by its number; owners are numbers below `ownerCount`. */
  constructor(weights: readonly number[], ownerCount: number) {
    this.#weights = weights;
    this.#lanes = Math.ceil(weights.length / LANE_BITS);
    this.#bits = new Uint32Array(ownerCount * this.#lanes);
    this.#total = weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** Notes that the owner holds the word. */
  mark(owner: number, word: number): void {
    const lane = owner * this.#lanes + (word >>> 5);
    this.#bits[lane] = (this.#bits[lane] as number) | (1 << (word & 31));
  }

  /** The weight of the words the owner holds, as a share of that of all words. */
  shareOf(owner: number): number {
    let held = 0;
    for (let lane = 0; lane < this.#lanes; lane += 1) {
      let bits = this.#bits[owner * this.#lanes + lane] as number;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        held += this.#weights[lane * LANE_BITS + bit] as number;
        bits &= bits - 1;
      }
    }
    return this.#total === 0 ? 1 : held / this.#total;
  }
}
