import type { Edit, EditRefusal, EditRefusalCode, EditStrategy } from './edit.js';
import type { RowKey } from './key.js';
import type { Chunk } from './row.js';

/** Edits of one file and what is known of it. */
export interface ApplyEditsInput {
  path: string;
  /** The file's text, null when it does not exist. */
  text: string | null;
  /** sha-256 of the file's bytes, null when it does not exist. */
  hash: string | null;
  /** The file's rows with spans in `text`. */
  rows: readonly Chunk[];
  edits: readonly Edit[];
}

/** Where an edit landed, in UTF-16 units of the old text. */
export interface PlacedEdit {
  edit: Edit;
  strategy: EditStrategy;
  start: number;
  end: number;
  replacement: string;
}

export type ApplyEditsResult =
  /** `text` null deletes the file. */
  | { status: 'applied'; text: string | null; placed: PlacedEdit[] }
  | { status: 'refused'; edit: Edit; refusal: EditRefusal };

export function applyEdits(_input: ApplyEditsInput): ApplyEditsResult {
  throw new Error('being written');
}
export type _Unused = EditRefusalCode | RowKey;
