import { z } from 'zod';
import { RowKeySchema } from './key.js';
import { SpanSchema } from './row.js';

export const EdgeKindSchema = z.enum([
  'contains',
  'calls',
  'uses_type',
  'implements',
  'imports',
  'tests',
  'uses_macro',
]);
export type EdgeKind = z.infer<typeof EdgeKindSchema>;

/**
 * Who vouches for an edge: `exact` the compiler, `typed` our resolver, `name` only an equal name.
 * A `name` edge is a candidate: never shown or traversed unless asked for.
 */
export const ResolutionSchema = z.enum(['exact', 'typed', 'name']);
export type Resolution = z.infer<typeof ResolutionSchema>;

/** Where in the `from` row's file the reference stands. */
export const SiteSchema = SpanSchema.extend({ line: z.int().positive() });
export type Site = z.infer<typeof SiteSchema>;

/** A reference between two existing rows. References nobody answers are counted, not stored. */
export const EdgeSchema = z.strictObject({
  from: RowKeySchema,
  to: RowKeySchema,
  kind: EdgeKindSchema,
  resolution: ResolutionSchema,
  /** The rule that bound it, e.g. `self-method`, `use-map`, `field-type`. */
  reason: z.string(),
  sites: z.array(SiteSchema),
});
export type Edge = z.infer<typeof EdgeSchema>;
