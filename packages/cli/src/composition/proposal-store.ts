import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EditSchema,
  type GateReport,
  GateReportSchema,
  type Proposal,
  ProposalSchema,
} from '@parseltongue/isg-core';
import { z } from 'zod';
import { CliError } from '../errors.js';

/** A file of edits as `preflight` takes it. */
export const EditFileSchema = z.strictObject({ title: z.string().min(1), edits: z.array(EditSchema).min(1) });
export type EditFile = z.infer<typeof EditFileSchema>;

const SHORTEST_PREFIX = 6;

/** Proposals and the reports of their verification, as JSON files named by the proposal's id. */
export interface ProposalStore {
  save(proposal: Proposal): Promise<void>;
  saveReport(proposal: Proposal, report: GateReport): Promise<void>;
  /** @throws CliError PT_CLI_PROPOSAL_UNKNOWN */
  load(idPrefix: string): Promise<Proposal>;
  /** Undefined when the proposal was never verified. */
  loadReport(proposal: Proposal): Promise<GateReport | undefined>;
}

/** The proposals kept under a folder. */
export function openProposalStore(dir: string): ProposalStore {
  const pathOf = (id: string, kind: 'proposal' | 'report'): string => join(dir, `${id}.${kind}.json`);
  return {
    save: (proposal) => writeDocument(dir, pathOf(proposal.id, 'proposal'), proposal),
    saveReport: (proposal, report) => writeDocument(dir, pathOf(proposal.id, 'report'), report),
    async load(idPrefix) {
      const id = await findId(dir, idPrefix);
      return ProposalSchema.parse(JSON.parse(await readFile(pathOf(id, 'proposal'), 'utf8')));
    },
    async loadReport({ id }) {
      const text = await readFile(pathOf(id, 'report'), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : GateReportSchema.parse(JSON.parse(text));
    },
  };
}

/**
 * Reads a file of edits.
 *
 * @throws CliError PT_CLI_PROPOSAL_MALFORMED with what is wrong and where
 */
export function parseEditFile(source: string, text: string): EditFile {
  const parsed = EditFileSchema.safeParse(parseJson(source, text));
  if (parsed.success) return parsed.data;
  throw malformed(source, z.prettifyError(parsed.error));
}

function parseJson(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(source, cause instanceof Error ? cause.message : 'not JSON');
  }
}

function malformed(source: string, problem: string): CliError {
  return new CliError('PT_CLI_PROPOSAL_MALFORMED', {
    message: `${source} holds no edits: ${problem}. Expected {"title": "..", "edits": [..]}`,
    details: { source },
  });
}

async function findId(dir: string, prefix: string): Promise<string> {
  const names = await readdir(dir).catch(() => []);
  const ids = names
    .filter((name) => name.endsWith('.proposal.json'))
    .map((name) => name.replace('.proposal.json', ''));
  const found =
    prefix.length >= SHORTEST_PREFIX && /^[0-9a-f]+$/.test(prefix)
      ? ids.filter((id) => id.startsWith(prefix))
      : [];
  const [id] = found;
  if (id !== undefined && found.length === 1) return id;
  throw new CliError('PT_CLI_PROPOSAL_UNKNOWN', {
    message: `${found.length === 0 ? 'No' : 'More than one'} proposal starts with "${prefix}". Give at least ${SHORTEST_PREFIX} digits of its id, or a file of edits`,
    details: { id: prefix },
  });
}

async function writeDocument(dir: string, path: string, document: unknown): Promise<void> {
  await mkdir(dir, { recursive: true });
  const temporary = `${path}.${createHash('sha256').update(`${path}${process.pid}`).digest('hex').slice(0, 8)}`;
  await writeFile(temporary, JSON.stringify(document));
  await rename(temporary, path);
}
