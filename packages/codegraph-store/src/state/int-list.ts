/** A growing list of 32-bit integers: an eighth of the memory of an array of objects, and no work for the collector. */
export class IntList {
  #data: Int32Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#data = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get(at: number): number {
    return this.#data[at] as number;
  }

  set(at: number, value: number): void {
    this.#data[at] = value;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Int32Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length] = value;
    this.#length += 1;
  }
}
