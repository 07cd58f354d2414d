import { deserialize, serialize } from 'node:v8';
import { forgetRows } from './forget-rows.js';
import { type NameTable, shareNames } from './share-names.js';
import type { ResolvableSyntax, RustFileSyntax } from './syntax.js';

/** A file as it is kept for resolving, as bytes: threads share them without a copy and no collector walks them. */
export type PackedSyntax = Uint8Array<SharedArrayBuffer>;

/** Packs what resolving needs of a file; the bytes are for a thread of the same process. */
export function packSyntax(syntax: RustFileSyntax): PackedSyntax {
  const bytes = serialize(forgetRows(syntax));
  const packed = new Uint8Array(new SharedArrayBuffer(bytes.length));
  packed.set(bytes);
  return packed;
}

/** The inverse of {@link packSyntax}; files that are unpacked with one table have one string for each name. */
export function unpackSyntax(packed: PackedSyntax, names: NameTable = new Map()): ResolvableSyntax {
  const syntax = deserialize(packed) as ResolvableSyntax;
  shareNames(syntax.facts, names);
  return syntax;
}
