import { z } from 'zod';
import { RowKeySchema } from './key.js';

/** Where a created item goes; a new file is an Edit whose target is its path. */
export const PlacementSchema = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('after'), key: RowKeySchema }),
  z.strictObject({ at: z.literal('before'), key: RowKeySchema }),
  z.strictObject({ at: z.literal('end_of'), key: RowKeySchema }),
]);
export type Placement = z.infer<typeof PlacementSchema>;

export const EditTargetSchema = z.union([
  z.strictObject({ key: RowKeySchema }),
  z.strictObject({ path: z.string().min(1) }),
]);
export type EditTarget = z.infer<typeof EditTargetSchema>;

export const EditStrategySchema = z.enum([
  'whole_item',
  'exact',
  'uniform_indent',
  'normalized_whitespace',
  'anchored_fuzzy',
  'hunk',
]);
export type EditStrategy = z.infer<typeof EditStrategySchema>;

/**
 * A wish to change text, as a reasoner states it.
 *
 * `body` is the whole item (whole_item), blocks in the `<<<<<<< SEARCH` / `=======` / `>>>>>>> REPLACE` form
 * (search_replace), or hunks (unified_diff). It never holds line numbers that are trusted.
 */
export const EditSchema = z.strictObject({
  target: EditTargetSchema,
  /** sha-256 of the file the edit was made against; null when the file does not exist yet. */
  base_hash: z.string().nullable(),
  op: z.enum(['create', 'edit', 'delete', 'rename']),
  placement: PlacementSchema.optional(),
  format: z.enum(['whole_item', 'search_replace', 'unified_diff']),
  body: z.string(),
});
export type Edit = z.infer<typeof EditSchema>;

export const EditRefusalCodeSchema = z.enum([
  'base_changed',
  'target_unknown',
  'target_exists',
  'search_not_found',
  'search_ambiguous',
  'body_malformed',
  'edits_overlap',
  'placement_missing',
  'path_outside',
  'unsupported',
]);
export type EditRefusalCode = z.infer<typeof EditRefusalCodeSchema>;

/** Why an edit was not placed. Refusing is normal: a second possible place is always a refusal. */
export const EditRefusalSchema = z.strictObject({
  code: EditRefusalCodeSchema,
  message: z.string(),
  /** The nearest texts, so that the next try can quote them. */
  candidates: z.array(z.string()),
  /** The file as it is now, when `base_changed`. */
  current_text: z.string().nullable(),
});
export type EditRefusal = z.infer<typeof EditRefusalSchema>;
