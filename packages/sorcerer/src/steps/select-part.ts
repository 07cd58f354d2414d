import {
  assembleFile,
  type FileChange,
  isKey,
  overlayRows,
  type Proposal,
  pathOfKey,
  type RowKey,
} from '@parseltongue/isg-core';
import { SorcererError } from '../errors.js';
import type { RunSession } from '../run-session.js';
import { loadProposal, proposeFiles } from './build-proposal.js';

/** What a person keeps of a proposal. */
export interface ProposalPart {
  rows?: readonly RowKey[];
  files?: readonly string[];
}

/**
 * Makes a proposal of the part that is kept. Rows are laid over the current graph; files are taken whole.
 *
 * A row that is created brings the layout of its parent with it, so that it has a place; the gates say whether the part
 * stands on its own.
 *
 * @throws SorcererError PT_SORCERER_OPTION_INVALID for a row or file the proposal does not change
 */
export async function selectPart(session: RunSession, part: ProposalPart): Promise<void> {
  const proposal = loadProposal(session);
  if (proposal === null) return;
  const keys = new Set<string>(part.rows ?? []);
  const paths = new Set(part.files ?? []);
  assertPart(proposal, keys, paths);
  const files: FileChange[] = [];
  for (const change of proposal.files) {
    if (paths.has(change.path)) files.push(change);
    else {
      const kept = await keepRows(session, { proposal, change, keys });
      if (kept !== null) files.push(kept);
    }
  }
  await proposeFiles(session, { files, title: `${proposal.title} (part)`, isSelection: true });
}

function assertPart(proposal: Proposal, keys: ReadonlySet<string>, paths: ReadonlySet<string>): void {
  const unknown = [
    ...[...keys].filter((key) => !proposal.rows.some((row) => row.key === key)),
    ...[...paths].filter((path) => !proposal.files.some((file) => file.path === path)),
  ];
  if (unknown.length === 0 && keys.size + paths.size > 0) return;
  throw new SorcererError('PT_SORCERER_OPTION_INVALID', {
    message:
      unknown.length > 0
        ? `The proposal does not change ${unknown.join(', ')}. Name rows or files it lists`
        : 'Nothing is kept. Name rows or files, or reject the proposal',
    details: { option: 'accept', value: unknown.join(', ').slice(0, 200) },
  });
}

async function keepRows(
  session: RunSession,
  { proposal, change, keys }: { proposal: Proposal; change: FileChange; keys: ReadonlySet<string> },
): Promise<FileChange | null> {
  const { path } = change;
  const own = proposal.rows.filter((row) => isKey(row.key) && pathOfKey(row.key) === path);
  const kept = own.filter((row) => keys.has(row.key));
  if (kept.length === 0) return null;
  if (kept.length === own.length) return change;
  const current = await session.ports.graph.rowsOfFile(path);
  const before = await session.ports.files.readText(path);
  if (before === undefined || current.length === 0) return change; // a new file has no rows to lay it over
  const text = assembleFile(overlayRows(current, kept)).text;
  return text === before.text ? null : { path, before_hash: before.hash, after: text };
}
