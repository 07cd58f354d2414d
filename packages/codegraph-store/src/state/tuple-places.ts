import { readChunkLines, readTupleAt, type Snapshot } from '../durable/snapshot.js';
import type { RelationName, Tuple } from '../schema/relations.js';
import { IntList } from './int-list.js';
import type { TextTable } from './text-table.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NONE = -1;

/** Where the tuples of one relation lie in the snapshot, by key: sixteen bytes a tuple, and its text stays on disk. */
export class TuplePlaces {
  readonly #texts: TextTable;
  readonly #ordinals = new IntList(NONE);
  readonly #sizes = new IntList();
  readonly #chunks = new IntList();
  readonly #starts = new IntList();
  readonly #offsets: number[] = [];

  constructor(texts: TextTable) {
    this.#texts = texts;
  }

  /** Reads every line of the relation once for its key; `visit` gets the tuples as well where someone wants them. */
  static load(
    snapshot: Snapshot,
    relation: RelationName,
    context: { texts: TextTable; visit: ((tuple: Tuple) => void) | undefined },
  ): TuplePlaces {
    const places = new TuplePlaces(context.texts);
    for (const chunk of snapshot.chunks.get(relation) ?? []) {
      const number = places.#offsets.push(chunk.offset) - 1;
      for (const { bytes, start } of readChunkLines(snapshot, chunk)) {
        const tuple = context.visit === undefined ? undefined : parseLine(bytes);
        if (tuple !== undefined) context.visit?.(tuple);
        places.#add(tuple === undefined ? readKey(bytes) : (tuple[0] as string), {
          chunk: number,
          start,
          size: bytes.length,
        });
      }
    }
    return places;
  }

  read(snapshot: Snapshot, key: string): Tuple | undefined {
    const number = this.#texts.find(key);
    const ordinal = number === undefined ? NONE : this.#ordinals.get(number);
    if (ordinal === NONE) return undefined;
    const offset = (this.#offsets[this.#chunks.get(ordinal)] ?? 0) + this.#starts.get(ordinal);
    return readTupleAt(snapshot, { offset, sizeBytes: this.#sizes.get(ordinal) });
  }

  #add(key: string, place: { chunk: number; start: number; size: number }): void {
    const ordinal = this.#sizes.length;
    this.#ordinals.set(this.#texts.add(key), ordinal);
    this.#chunks.push(place.chunk);
    this.#starts.push(place.start);
    this.#sizes.push(place.size);
  }
}

function parseLine(bytes: Buffer): Tuple {
  return JSON.parse(bytes.toString('utf8')) as Tuple;
}

/** The first cell of a line `["key",...]` without parsing the rest. */
function readKey(bytes: Buffer): string {
  const end = bytes.indexOf(QUOTE, 2);
  const escape = bytes.indexOf(BACKSLASH, 2);
  if (escape >= 0 && escape < end) return parseLine(bytes)[0] as string;
  return bytes.toString('utf8', 2, end);
}
