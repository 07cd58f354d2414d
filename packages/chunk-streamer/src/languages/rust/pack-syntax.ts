import { deserialize, serialize } from 'node:v8';
import { forgetRows } from './forget-rows.js';
import type { ResolvableSyntax, RustFileSyntax } from './syntax.js';

/** A file as it is kept for resolving, as bytes: they cross threads without a copy and no collector walks them. */
export type PackedSyntax = Uint8Array<ArrayBuffer>;

/** Packs what resolving needs of a file; the bytes are for a thread of the same process. */
export function packSyntax(syntax: RustFileSyntax): PackedSyntax {
  return serialize(forgetRows(syntax));
}

/** The inverse of {@link packSyntax}. */
export function unpackSyntax(packed: PackedSyntax): ResolvableSyntax {
  return deserialize(packed) as ResolvableSyntax;
}
