import { z } from 'zod';
import { FutureActionSchema } from './future.js';
import { RowKeySchema } from './key.js';

/** Half-open range of UTF-8 byte offsets. */
export const SpanSchema = z.strictObject({ start: z.int().nonnegative(), end: z.int().nonnegative() });
export type Span = z.infer<typeof SpanSchema>;

/** Every kind of row. `file` is the root of its file; `macro_call` is an item-position invocation. */
export const RowKindSchema = z.enum([
  'file',
  'module',
  'function',
  'method',
  'struct',
  'enum',
  'union',
  'trait',
  'impl',
  'const',
  'static',
  'type_alias',
  'associated_const',
  'associated_type',
  'macro',
  'macro_call',
  'extern_block',
]);
export type RowKind = z.infer<typeof RowKindSchema>;

export const TddClassSchema = z.enum(['TEST_IMPLEMENTATION', 'CODE_IMPLEMENTATION']);
export type TddClass = z.infer<typeof TddClassSchema>;

/** `private` is the absence of `pub`; `restricted` is `pub(in ..)`, `pub(super)`. */
export const VisibilitySchema = z.enum(['public', 'crate', 'restricted', 'private']);
export type Visibility = z.infer<typeof VisibilitySchema>;

/** One item of a repository as the chunker sees it: its own bytes, its interface, its place. */
export const ChunkSchema = z.strictObject({
  isgl1_key: RowKeySchema,
  kind: RowKindSchema,
  name: z.string(),
  visibility: VisibilitySchema,
  file: z.string(),
  /** Where the item, its attributes and doc comments stand in the file. */
  span: SpanSchema,
  /** First line of the span, from 1. For people; never part of an identity. */
  line: z.int().positive(),
  parent_key: RowKeySchema.nullable(),
  /** Position among the children of the parent, from 0. */
  order: z.int().nonnegative(),
  /** Byte offset in the parent's own text where this row's text is inserted. 0 for a file row. */
  parent_offset: z.int().nonnegative(),
  /** The row's own text: the item without its child rows, which are inserted at their `parent_offset`. */
  current_code: z.string(),
  /** Normalized: visibility, generics, parameters, return type, where clauses, supertraits, variants; no body. */
  interface_signature: z.string(),
  /** Doc comment text without its markers, empty when undocumented. */
  doc: z.string(),
  tdd_classification: TddClassSchema,
  tdd_reason: z.string(),
  crate: z.string().nullable(),
  /** Path of the enclosing module from the crate root, e.g. `crate::parse::lexer`. Null when no crate declares the file. */
  module_path: z.string().nullable(),
  /** Conjunction of the `cfg` predicates on the item, null when unconditional. */
  cfg: z.string().nullable(),
  /** sha-256 of the UTF-8 bytes of `current_code`. */
  content_hash: z.string(),
  /** {@link estimateTokenCount} of `current_code`. */
  token_count: z.int().nonnegative(),
});
export type Chunk = z.infer<typeof ChunkSchema>;

export const SummarySchema = z.strictObject({
  text: z.string().min(1).max(120),
  provenance: z.enum(['rule_based', 'llm_assisted']),
  /** `content_hash` of the row the summary was made from; a different one marks the summary stale. */
  content_hash: z.string(),
  model_sha: z.string().nullable(),
  prompt_version: z.string().nullable(),
  /** 0..1; low means a model could say it better. */
  quality: z.number().min(0).max(1),
});
export type Summary = z.infer<typeof SummarySchema>;

/** Facts from the compiler's side, null when no compiler tool has run. */
export const LspMetaDataSchema = z.strictObject({
  tool: z.string(),
  tool_version: z.string(),
  file_hash: z.string(),
  resolved_signature: z.string().nullable(),
  docs: z.string().nullable(),
  reference_count: z.int().nonnegative().nullable(),
});
export type LspMetaData = z.infer<typeof LspMetaDataSchema>;

export const RowContract = 'pt.rows/1';

/** A row of the CodeGraph: the chunk, its state now and in the planned future, and what was learned about it. */
export const RowSchema = ChunkSchema.extend({
  contract: z.literal(RowContract),
  current_ind: z.literal([0, 1]),
  future_ind: z.literal([0, 1]),
  future_action: FutureActionSchema,
  /** The own text the row will have; null unless the action is Create or Edit. */
  future_code: z.string().nullable(),
  lsp_meta_data: LspMetaDataSchema.nullable(),
  llm_summary: SummarySchema.nullable(),
});
export type Row = z.infer<typeof RowSchema>;

/** Counts of references that no row answers; they are never stored as rows or edges. */
export const ReferenceCountsSchema = z.strictObject({
  key: RowKeySchema,
  unresolved_count: z.int().nonnegative(),
  external: z.array(z.strictObject({ crate: z.string(), name: z.string(), count: z.int().positive() })),
});
export type ReferenceCounts = z.infer<typeof ReferenceCountsSchema>;

/** A row that exists now, has no planned future and has not been enriched. */
export function createRow(chunk: Chunk): Row {
  return {
    contract: RowContract,
    ...chunk,
    current_ind: 1,
    future_ind: 1,
    future_action: 'None',
    future_code: null,
    lsp_meta_data: null,
    llm_summary: null,
  };
}
