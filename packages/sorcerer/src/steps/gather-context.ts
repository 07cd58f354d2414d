import { assembleRow, isKey, pathOfKey, type RowKey } from '@parseltongue/isg-core';
import { z } from 'zod';
import type { BudgetCaps } from '../budget-caps.js';
import { type ContextSection, packContext } from '../context/pack-context.js';
import { formatRetrievalQuery, keysNamedIn } from '../context/retrieval-query.js';
import { SorcererError } from '../errors.js';
import type { ContextRow, ContextSource } from '../ports.js';
import type { Reasoner } from '../reasoner.js';
import { redactSecrets } from '../redact.js';
import { currentAttempt, type RunSession, settingsOf } from '../run-session.js';
import { loadInterfaces } from './load-documents.js';
import { gatherEvidence } from './start-attempt.js';

/** What a reasoner gets to see, and which version of each file its bodies come from. */
export const GatheredContextSchema = z.strictObject({
  text: z.string(),
  /** sha-256 of each file a body was shown of. */
  files: z.record(z.string(), z.string()),
});
export type GatheredContext = z.infer<typeof GatheredContextSchema>;

const SEARCH_LIMIT = 50;
const CHOSEN_FROM_SEARCH = 8;
const RADIUS_LIMIT = 60;
/** What instructions, request and evidence may take of a call's input. */
const PROMPT_SHARE = 0.25;

/** Precedes A01: keys, signatures, class and summaries around the request; bodies only of the rows chosen. */
export async function gatherContext(session: RunSession): Promise<void> {
  const attempt = currentAttempt(session).number;
  session.record('stage-started', { stage: 'context', attempt });
  const { caps, request } = settingsOf(session);
  const evidence = gatherEvidence(session);
  const budget = Math.floor(contextTokens(caps, reasonerOf(session)) * (1 - PROMPT_SHARE));
  const source = contextOf(session);
  const hits = await searchOnce(session, formatRetrievalQuery(request, evidence), budget);
  const failed = await keepKnown(
    session,
    evidence.flatMap((piece) => piece.row_keys),
  );
  const chosen = unique([
    ...(await keepKnown(session, [...keysNamedIn(request), ...failed, ...plannedKeys(session)])),
    ...hits.slice(0, CHOSEN_FROM_SEARCH).map((row) => row.isgl1_key),
  ]);
  const radius = (await source.blastRadius(chosen)).slice(0, RADIUS_LIMIT);
  const bodies = await readBodies(session, chosen);
  const map = await source.repoMap({ tokenBudget: Math.floor(budget * 0.2), focus: chosen });
  const sections: ContextSection[] = [
    { title: 'Bodies of the rows most likely concerned', entries: bodies.entries, share: 0.5 },
    {
      title: 'Rows that match (key | class | signature | summary)',
      entries: hits.map(formatRow),
      share: 0.2,
    },
    {
      title: 'Signatures the failures refer to',
      entries: (await findReferenced(session, failed)).map(formatRow),
      share: 0.1,
    },
    { title: 'Rows that reach them', entries: radius.map(formatRow), share: 0.1 },
    { title: 'Map of the repository', entries: map === '' ? [] : map.split('\n'), share: 0.15 },
  ];
  const packed = packContext(sections, budget);
  const context: GatheredContext = { text: redactSecrets(packed.text), files: bodies.files };
  const artefact = session.log.writeArtefact(session.nameArtefact('context'), context);
  session.record('stage-ended', { stage: 'context', attempt, artefact, token_count: packed.tokenCount });
}

/** A failure may name a row that only the proposal had, a request one that never was: the graph knows neither. */
export async function keepKnown(session: RunSession, keys: readonly RowKey[]): Promise<RowKey[]> {
  const rows = await Promise.all(unique(keys).map((key) => session.ports.graph.getRow(key)));
  return rows.flatMap((row) => row?.isgl1_key ?? []);
}

/** Rows that A02 named. */
function plannedKeys(session: RunSession): RowKey[] {
  return (loadInterfaces(session)?.interfaces ?? [])
    .map(({ row }) => row)
    .filter((row): row is RowKey => isKey(row));
}

const REFERENCED_LIMIT = 24;

/** What the rows a failure names refer to: the signatures a repair has to fit. */
async function findReferenced(session: RunSession, keys: readonly RowKey[]): Promise<ContextRow[]> {
  if (keys.length === 0) return [];
  const { graph } = session.ports;
  const targets = unique((await graph.edgesFrom(keys)).map(({ to }) => to)).slice(0, REFERENCED_LIMIT);
  const rows = await Promise.all(targets.map((key) => graph.getRow(key)));
  return rows.flatMap((row) =>
    row === undefined
      ? []
      : [
          {
            isgl1_key: row.isgl1_key,
            interface_signature: row.interface_signature,
            tdd_classification: row.tdd_classification,
            summary: null,
          },
        ],
  );
}

/** The most tokens the input of one call may have. */
export function contextTokens(caps: BudgetCaps, reasoner: Reasoner): number {
  return reasoner.locality === 'local' ? Math.floor(caps.local_step_tokens / 2) : caps.context_tokens;
}

/** The most tokens one answer may have. */
export function answerTokens(caps: BudgetCaps, reasoner: Reasoner): number {
  return reasoner.locality === 'local' ? Math.floor(caps.local_step_tokens / 2) : caps.answer_tokens;
}

/**
 * The reasoner of the run.
 *
 * @throws SorcererError PT_SORCERER_PORT_MISSING
 */
export function reasonerOf(session: RunSession): Reasoner {
  return session.ports.reasoner ?? missingPort('reasoner');
}

/** @throws SorcererError PT_SORCERER_PORT_MISSING */
export function contextOf(session: RunSession): ContextSource {
  return session.ports.context ?? missingPort('context');
}

function missingPort(port: string): never {
  throw new SorcererError('PT_SORCERER_PORT_MISSING', {
    message: `A change needs the port "${port}". Pass it in the ports of the run`,
    details: { port },
  });
}

/** Searches, once a run for the same words. */
export async function searchOnce(
  session: RunSession,
  query: string,
  tokenBudget: number,
): Promise<ContextRow[]> {
  const known = session.memory.searches.get(query);
  if (known !== undefined) return known;
  const rows = await contextOf(session).search(query, { limit: SEARCH_LIMIT, tokenBudget });
  session.memory.searches.set(query, rows);
  return rows;
}

async function readBodies(
  session: RunSession,
  keys: readonly RowKey[],
): Promise<{ entries: string[]; files: Record<string, string> }> {
  const entries: string[] = [];
  const files: Record<string, string> = {};
  for (const key of keys) {
    const path = pathOfKey(key);
    const rows = await session.ports.graph.rowsOfFile(path);
    if (!rows.some((row) => row.isgl1_key === key)) continue;
    const source = await session.ports.files.readText(path);
    if (source === undefined) continue;
    files[path] = source.hash;
    entries.push(`### ${key}\n~~~~rust\n${assembleRow(key, rows).text}\n~~~~`);
  }
  return { entries, files };
}

/** One row on one line: key, class, signature, summary. */
export function formatRow(row: ContextRow): string {
  const signature = row.interface_signature.replace(/\s+/g, ' ');
  const kind = row.tdd_classification === 'TEST_IMPLEMENTATION' ? 'test' : 'code';
  return `${row.isgl1_key} | ${kind} | ${signature} | ${row.summary ?? ''}`.trimEnd();
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
