import { z } from 'zod';
import { FutureRowSchema } from './future-row.js';
import { TreeHashSchema } from './receipt.js';

/** One file of a proposal. `before_hash` null creates the file, `after` null deletes it. */
export const FileChangeSchema = z.strictObject({
  path: z.string(),
  /** sha-256 of the bytes the change was made against. */
  before_hash: z.string().nullable(),
  after: z.string().nullable(),
});
export type FileChange = z.infer<typeof FileChangeSchema>;

export const ProposalContract = 'pt.proposal/1';

/** A change that exists only as rows: the future rows and the file texts they assemble to. */
export const ProposalSchema = z.strictObject({
  contract: z.literal(ProposalContract),
  /** sha-256 of the canonical JSON of `files`, so equal proposals have equal ids. */
  id: z.string(),
  plan_id: z.string(),
  title: z.string(),
  /** The tree the proposal was made against. */
  base_tree: TreeHashSchema,
  files: z.array(FileChangeSchema).min(1),
  rows: z.array(FutureRowSchema),
});
export type Proposal = z.infer<typeof ProposalSchema>;

/** JSON with sorted object keys and no insignificant space: the form that gets hashed. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`;
}
