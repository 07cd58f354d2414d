import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Paths that were streamed and not accepted: the consumer may hold the accepted records of such a file or the streamed
 * ones, so that only telling it again is safe, even when it is back to what was accepted.
 *
 * With a state file they are kept beside it, each before its first record is streamed.
 */
export class OpenOffers {
  readonly #paths = new Set<string>();
  readonly #file: string | undefined;
  #handle: number | undefined;

  constructor(stateFile: string | undefined) {
    this.#file = stateFile === undefined ? undefined : `${stateFile}.offered`;
  }

  get paths(): ReadonlySet<string> {
    return this.#paths;
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Reads what an earlier process streamed and did not see accepted. */
  async load(): Promise<void> {
    if (this.#file === undefined) return;
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    // what follows the last line end was cut short before its file was streamed
    for (const line of text.split('\n').slice(0, -1)) this.#paths.add(JSON.parse(line) as string);
  }

  add(path: string): void {
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    if (this.#file === undefined) return;
    if (this.#handle === undefined) {
      mkdirSync(dirname(this.#file), { recursive: true });
      this.#handle = openSync(this.#file, 'a', 0o600);
    }
    writeSync(this.#handle, `${JSON.stringify(path)}\n`);
  }

  /** Forgets them all: they were accepted. */
  async clear(): Promise<void> {
    this.#paths.clear();
    this.close();
    if (this.#file !== undefined) await rm(this.#file, { force: true });
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
