import { IntList } from './int-list.js';

const FIRST_BYTES = 2 ** 16;

/** Texts by number outside of the collector's heap, as UTF-8 one after the other; for texts that are rarely looked at. */
export class TextPool {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;
  readonly #starts = new IntList();
  readonly #sizes = new IntList();

  set(number: number, text: string): void {
    const size = Buffer.byteLength(text);
    if (this.#end + size > this.#bytes.length) this.#grow(size);
    this.#bytes.write(text, this.#end, 'utf8');
    this.#starts.set(number, this.#end);
    this.#sizes.set(number, size);
    this.#end += size;
  }

  get(number: number): string {
    const start = this.#starts.get(number);
    return this.#bytes.toString('utf8', start, start + this.#sizes.get(number));
  }

  isEmpty(number: number): boolean {
    return this.#sizes.get(number) === 0;
  }

  /** Bytes taken, those of replaced texts included. */
  get sizeBytes(): number {
    return this.#end;
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#end + size, Math.ceil(this.#bytes.length * 1.5)));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
