/** An occurrence of a word in a file: which one, what it stands for, whether it is the definition. */
export interface ScriptedOccurrence {
  word: string;
  /** From 0; default the first. */
  nth?: number;
  symbol: string;
  isDefinition?: boolean;
}

export interface ScriptedDocument {
  path: string;
  text: string;
  occurrences: readonly ScriptedOccurrence[];
  symbols?: readonly { symbol: string; signature?: string; docs?: string }[];
  encoding?: 'utf8' | 'utf16' | 'utf32';
}

const ENCODINGS = { utf8: 1, utf16: 2, utf32: 3 } as const;

/** Symbol of an item of the package `sample`. */
export function own(descriptors: string): string {
  return `rust-analyzer cargo sample 0.1.0 ${descriptors}`;
}

/** Symbol of an item of the standard library. */
export function std(descriptors: string): string {
  return `rust-analyzer cargo core https://github.com/rust-lang/rust/library/core ${descriptors}`;
}

/** Encodes what an analyzer would write; a reference to the standard library is part of every index. */
export function encodeScip(documents: readonly ScriptedDocument[]): Buffer {
  const tool = Buffer.concat([field(1, 'rust-analyzer'), field(2, '1.2.3')]);
  return Buffer.concat([
    field(1, Buffer.concat([field(2, tool), field(3, 'file:///elsewhere')])),
    ...documents.map((document) => field(2, encodeDocument(document))),
  ]);
}

function encodeDocument({
  path,
  text,
  occurrences,
  symbols = [],
  encoding = 'utf8',
}: ScriptedDocument): Buffer {
  return Buffer.concat([
    field(1, path),
    ...occurrences.map((occurrence) => field(2, encodeOccurrence(text, occurrence, encoding))),
    field(2, Buffer.concat([field(1, packed([0, 0, 0])), field(2, std('marker/Sized#'))])),
    ...symbols.map(({ symbol, signature = '', docs = '' }) =>
      field(3, Buffer.concat([field(1, symbol), field(3, docs), field(7, field(5, signature))])),
    ),
    field(4, 'rust'),
    Buffer.concat([varint(6 << 3), varint(ENCODINGS[encoding])]),
  ]);
}

function encodeOccurrence(
  text: string,
  { word, nth = 0, symbol, isDefinition = false }: ScriptedOccurrence,
  encoding: keyof typeof ENCODINGS,
): Buffer {
  const found = [...text.matchAll(new RegExp(`(?<!\\w)${word}(?!\\w)`, 'g'))][nth];
  if (found === undefined) throw new Error(`${word} stands less than ${nth + 1} times in the text`);
  const before = text.slice(0, found.index).split('\n');
  const column = lengthIn(before[before.length - 1] ?? '', encoding);
  return Buffer.concat([
    field(1, packed([before.length - 1, column, column + lengthIn(word, encoding)])),
    field(2, symbol),
    ...(isDefinition ? [varint(3 << 3), varint(1)] : []),
  ]);
}

function lengthIn(text: string, encoding: keyof typeof ENCODINGS): number {
  if (encoding === 'utf16') return text.length;
  return encoding === 'utf8' ? Buffer.byteLength(text) : Array.from(text).length;
}

function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function packed(numbers: readonly number[]): Buffer {
  return Buffer.concat(numbers.map(varint));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
