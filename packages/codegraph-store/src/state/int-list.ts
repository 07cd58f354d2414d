/** A growing list of 32-bit integers: an eighth of the memory of an array of objects, and no work for the collector. */
export class IntList {
  #data: Int32Array;
  #length = 0;
  readonly #fill: number;

  /** `fill` is what places hold that nothing was written to. */
  constructor(fill = 0, capacity = 1024) {
    this.#fill = fill;
    this.#data = new Int32Array(capacity).fill(fill);
  }

  get length(): number {
    return this.#length;
  }

  get(at: number): number {
    return at < this.#length ? (this.#data[at] as number) : this.#fill;
  }

  /** Writes anywhere; places in between hold the fill. */
  set(at: number, value: number): void {
    if (at >= this.#length) this.#grow(at + 1);
    this.#data[at] = value;
  }

  push(value: number): void {
    this.set(this.#length, value);
  }

  #grow(length: number): void {
    if (length > this.#data.length) {
      const larger = new Int32Array(Math.max(length, Math.ceil(this.#data.length * 1.5))).fill(this.#fill);
      larger.set(this.#data.subarray(0, this.#length));
      this.#data = larger;
    }
    this.#length = length;
  }
}
