import { EditSchema, isKey, pathOfKey } from '@parseltongue/isg-core';
import { z } from 'zod';
import { CliError } from '../../errors.js';
import { defineTool } from '../define-tool.js';

const keyOrPath = z.string().min(1).max(1000);

/** An edit as flat as a model writes it best; `EditSchema` decides in the end. */
const ToolEditSchema = z.strictObject({
  key: keyOrPath.optional().describe('row to edit, delete or rename'),
  path: keyOrPath.optional(),
  base_hash: z.string().max(64).nullable().default(null).describe('as show printed; null for a new file'),
  op: z.enum(['edit', 'create', 'delete', 'rename']).default('edit'),
  place: z.enum(['after', 'before', 'end_of']).optional(),
  anchor: keyOrPath.optional().describe('row beside or around it'),
  format: z.enum(['whole_item', 'search_replace', 'unified_diff']).default('whole_item'),
  body: z.string().max(400_000).default(''),
});
type ToolEdit = z.infer<typeof ToolEditSchema>;

export const proposeTool = defineTool({
  name: 'propose',
  title: 'Propose a change',
  description:
    'Stores edits as future rows of the CodeGraph; writes no file. Returns the proposal id for preflight. All edits are placed or none.',
  input: z.object({
    title: z.string().min(1).max(200),
    edits: z.array(ToolEditSchema).min(1).max(200),
  }),
  isReadOnly: false,
  async run({ title, edits }, { workspace }) {
    const proposal = await workspace.propose({ title, edits: edits.map(toEdit) });
    const rows = proposal.rows.map(({ action, key }) => `${action} ${key}`);
    return {
      text: `Proposal ${proposal.id}\n${rows.join('\n')}\nNext: preflight`,
      structured: { proposal_id: proposal.id, files: proposal.files.map(({ path }) => path), rows },
    };
  },
});

function toEdit({ key, path, anchor, place, ...rest }: ToolEdit, index: number) {
  const target =
    key === undefined ? { path: path ?? (isKey(anchor ?? '') ? pathOfKey(anchor as never) : '') } : { key };
  const placement = anchor === undefined ? {} : { placement: { at: place ?? 'after', key: anchor } };
  const parsed = EditSchema.safeParse({ target, ...placement, ...rest });
  if (parsed.success) return parsed.data;
  throw new CliError('PT_CLI_PROPOSAL_MALFORMED', {
    message: `Edit ${index + 1} is malformed: ${z.prettifyError(parsed.error)}. Give key or path, and place with anchor for a created item`,
    details: { source: `edits[${index}]` },
  });
}
