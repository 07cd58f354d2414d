import type { Workspace } from '../../compose.js';
import { CliError } from '../../errors.js';
import { PLAIN_COLORS } from '../../render/plain-colors.js';
import { renderReceipts } from '../../render/receipts.js';

const SCHEME = 'parseltongue://';
const MAP_TOKENS = 2000;

/** What a client may read without a tool: fixed addresses and addresses with an id. */
export const RESOURCES = [
  {
    name: 'map',
    uri: `${SCHEME}map`,
    title: 'Repository map',
    mimeType: 'text/plain',
    description: 'Most important interfaces, 2,000 tokens',
  },
] as const;

/** Addresses that hold an id. */
export const RESOURCE_TEMPLATES = [
  {
    name: 'plan',
    uri: `${SCHEME}plan/{id}`,
    title: 'Plan of a proposal',
    mimeType: 'application/json',
    description: 'Future rows and files of a proposal, by its id',
  },
  {
    name: 'receipts',
    uri: `${SCHEME}receipts/{id}`,
    title: 'Receipts of a proposal',
    mimeType: 'text/plain',
    description: 'Gate receipts of the last preflight, by proposal id',
  },
] as const;

/**
 * The text behind an address.
 *
 * @throws CliError PT_CLI_RESOURCE_UNKNOWN, PT_CLI_PROPOSAL_UNKNOWN
 */
export async function readResource(uri: string, workspace: Workspace): Promise<string> {
  const [kind, id, ...rest] = uri.startsWith(SCHEME) ? uri.slice(SCHEME.length).split('/') : [];
  if (rest.length === 0 && kind === 'map' && id === undefined) {
    const store = await workspace.requireFreshStore();
    return (await store.repoMap({ tokenBudget: MAP_TOKENS })).text;
  }
  if (rest.length === 0 && kind === 'plan' && id !== undefined) return readPlan(id, workspace);
  if (rest.length === 0 && kind === 'receipts' && id !== undefined) return readReceipts(id, workspace);
  throw new CliError('PT_CLI_RESOURCE_UNKNOWN', {
    message: `There is no resource ${uri}. There are ${[...RESOURCES, ...RESOURCE_TEMPLATES].map((known) => known.uri).join(', ')}`,
    details: { uri },
  });
}

async function readPlan(id: string, workspace: Workspace): Promise<string> {
  const { title, base_tree, files, rows, ...proposal } = await workspace.loadStored(id);
  const plan = {
    id: proposal.id,
    title,
    base_tree,
    files: files.map(({ path, before_hash, after }) => ({ path, before_hash, is_deleted: after === null })),
    rows: rows.map(({ action, key }) => ({ action, key })),
  };
  return `${JSON.stringify(plan, null, 1)}\n`;
}

async function readReceipts(id: string, workspace: Workspace): Promise<string> {
  const report = await workspace.loadReport(id);
  return report === undefined
    ? 'This proposal was never verified. Run the preflight tool on it\n'
    : renderReceipts(report, PLAIN_COLORS);
}
