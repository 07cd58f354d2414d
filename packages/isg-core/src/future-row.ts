import { z } from 'zod';
import { RowKeySchema } from './key.js';
import { ChunkSchema } from './row.js';

/** Where the children of a row will stand in its future own text, in order. */
export const LayoutSchema = z.array(z.strictObject({ key: RowKeySchema, offset: z.int().nonnegative() }));
export type Layout = z.infer<typeof LayoutSchema>;

/**
 * One planned change of one row.
 *
 * `row` is the row as it will be (its `current_code` is the future code) for Create and Edit, null for Delete.
 * `layout` places all its future children, so that siblings that merely move need no entry of their own.
 */
export const FutureRowSchema = z.discriminatedUnion('action', [
  z.strictObject({ key: RowKeySchema, action: z.literal('Create'), row: ChunkSchema, layout: LayoutSchema }),
  z.strictObject({ key: RowKeySchema, action: z.literal('Edit'), row: ChunkSchema, layout: LayoutSchema }),
  z.strictObject({ key: RowKeySchema, action: z.literal('Delete'), row: z.null() }),
]);
export type FutureRow = z.infer<typeof FutureRowSchema>;
