import { join, resolve } from 'node:path';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { RowKey } from '@parseltongue/isg-core';
import {
  type Forge,
  type MergeWish,
  type SubmittedPullRequest,
  submitPullRequest,
} from '@parseltongue/preflight';
import { type RunRecord, readCosts, readRun } from '@parseltongue/sorcerer';
import type { RepositoryPlace } from '../config/locate-repository.js';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import { renderImpact } from '../render/impact.js';
import { createTreeContext } from './tree-context.js';

const IMPACT_DEPTH = 2;

/** A committed run and where it goes. */
export interface SubmitRequest {
  id: string;
  branch: string;
  base: string;
  remote: string;
  /** Null pushes the branch and writes the bundle alone. */
  forge: Forge | null;
  /** Folder for the bundle; default the cache of the repository. */
  bundleDir?: string;
  /** Merge it once the checks of the forge are green; absent: never. */
  merge?: MergeWish;
}

const KEYS_IN_IMPACT = 50;

export interface SubmitParts {
  place: RepositoryPlace;
  context: CliContext;
  store: CodeGraphStore;
}

/**
 * Publishes the commit of a run on a branch, with its proof, and asks for review.
 *
 * @throws CliError PT_CLI_RUN_UNKNOWN for a run without a verified commit; the errors of `submitPullRequest`
 */
export async function submitRun(
  { place, context, store }: SubmitParts,
  { id, branch, base, remote, forge, bundleDir, merge }: SubmitRequest,
): Promise<SubmittedPullRequest> {
  const record = await readRun(place.stateDir, id);
  const { proposal, report, summary } = record;
  if (proposal === null || report === null || summary.commit === null) {
    throw new CliError('PT_CLI_RUN_UNKNOWN', {
      message: `${id} has no verified commit to publish. parseltongue runs show ${id} says how it ended`,
      details: { id },
    });
  }
  const changed = proposal.rows.filter(({ action }) => action !== 'Delete').map(({ key }) => key);
  const impact = changed.length === 0 ? '' : await describeImpact(store, changed.slice(0, KEYS_IN_IMPACT));
  return submitPullRequest(createTreeContext(place, context.env), {
    proposal,
    report,
    runId: id,
    branch,
    base,
    remote,
    forge,
    bundleDir:
      bundleDir === undefined ? join(place.cacheDir, 'bundles', id) : resolve(context.cwd, bundleDir),
    story: { plan: createPlan(record), impact, risk: describeRisk(record), cost: await readCost(place, id) },
    signal: context.signal,
    ...(merge === undefined ? {} : { merge }),
  });
}

function createPlan({ summary, proposal }: RunRecord): unknown {
  const { run_id, road, request, attempts } = summary;
  return { run_id, road, request, attempts, rows: proposal?.rows ?? [] };
}

async function describeImpact(store: CodeGraphStore, keys: readonly RowKey[]): Promise<string> {
  const answer = await store.blastRadius(keys, { depth: IMPACT_DEPTH });
  return `\`\`\`text\n${renderImpact(keys, answer, { depth: IMPACT_DEPTH }).trimEnd()}\n\`\`\``;
}

/** What no gate looked at, in its own words. */
function describeRisk({ report, summary }: RunRecord): string {
  const open = (report?.receipts ?? []).filter(({ verdict }) => verdict !== 'passed');
  const lines = open.map(
    ({ gate, title, verdict, reason }) => `- ${gate} ${title}: ${verdict}. ${reason ?? ''}`,
  );
  const tries = `Verified in attempt ${summary.attempts}.`;
  return lines.length === 0 ? `${tries} Every gate ran and passed.` : `${tries}\n\n${lines.join('\n')}`;
}

async function readCost({ stateDir }: RepositoryPlace, id: string): Promise<Record<string, number>> {
  const line = (await readCosts(stateDir)).runs.find(({ run_id }) => run_id === id);
  return Object.fromEntries(
    Object.entries(line ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
