import { createHash } from 'node:crypto';
import {
  applyEdits,
  type Chunk,
  type Chunker,
  canonicalJson,
  diffRows,
  type Edit,
  type FileChange,
  type GraphReader,
  type Proposal,
  ProposalContract,
  pathOfKey,
  type TreeHash,
} from '@parseltongue/isg-core';
import { CliError } from '../errors.js';

export interface ProposalRequest {
  title: string;
  edits: readonly Edit[];
  chunker: Chunker;
  graph: GraphReader;
  readText(path: string): Promise<{ text: string; hash: string } | undefined>;
  hashTree(): Promise<TreeHash>;
}

/**
 * Places edits and turns the new texts into future rows (decision 0001). Nothing is stored or written.
 *
 * @throws CliError PT_CLI_EDIT_REFUSED naming the first edit that has no place, or not one place
 */
export async function createProposal(request: ProposalRequest): Promise<Proposal> {
  const files: FileChange[] = [];
  const current: Chunk[] = [];
  const future: Chunk[] = [];
  for (const [path, edits] of groupByFile(request.edits)) {
    const source = await request.readText(path);
    const change = await placeInFile(request, { path, edits, source });
    files.push(change);
    current.push(...(await request.graph.rowsOfFile(path)));
    if (change.after !== null)
      future.push(...(await request.chunker.chunkFile({ path, text: change.after })).rows);
  }
  const id = createHash('sha256').update(canonicalJson(files)).digest('hex');
  return {
    contract: ProposalContract,
    id,
    plan_id: `proposal-${id.slice(0, 16)}`,
    title: request.title,
    base_tree: await request.hashTree(),
    files,
    rows: diffRows(current, future),
  };
}

interface FileEdits {
  path: string;
  edits: Edit[];
  source: { text: string; hash: string } | undefined;
}

async function placeInFile(
  { chunker }: ProposalRequest,
  { path, edits, source }: FileEdits,
): Promise<FileChange> {
  const text = source?.text ?? null;
  const hash = source?.hash ?? null;
  const rows = text === null ? [] : (await chunker.chunkFile({ path, text })).rows;
  const result = applyEdits({ path, text, hash, rows, edits });
  if (result.status === 'applied') return { path, before_hash: hash, after: result.text };
  const { code, message, candidates } = result.refusal;
  const near = candidates.length === 0 ? '' : `. Nearest: ${candidates.join(' | ')}`;
  throw new CliError('PT_CLI_EDIT_REFUSED', {
    message: `An edit of ${path} was refused (${code}): ${message}${near}`,
    details: { path, code, candidates },
  });
}

function groupByFile(edits: readonly Edit[]): Map<string, Edit[]> {
  const groups = new Map<string, Edit[]>();
  for (const edit of edits) {
    const key = edit.placement?.key ?? ('key' in edit.target ? edit.target.key : undefined);
    const path = key === undefined ? (edit.target as { path: string }).path : pathOfKey(key);
    groups.set(path, [...(groups.get(path) ?? []), edit]);
  }
  return groups;
}
