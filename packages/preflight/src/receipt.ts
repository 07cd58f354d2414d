import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CompilerDiagnostic,
  canonicalJson,
  decideVerdict,
  type GateId,
  type GateReceipt,
  type GateReport,
  ReceiptContract,
  type TreeHash,
  type Verdict,
} from '@parseltongue/isg-core';
import type { CommandSession } from './process/cargo-session.js';
import { hashText } from './tree-hash.js';

/** How many checks a gate made and how they ended. */
export type GateCounts = GateReceipt['counts'];

/** What a gate found. */
export interface GateOutcome {
  verdict: Verdict;
  /** Why, in one sentence; null only for a plain pass. */
  reason: string | null;
  /** Only what the baseline did not have. */
  diagnostics: CompilerDiagnostic[];
  counts: GateCounts;
  /** The commands that ran, null for a gate without any. */
  session: CommandSession | null;
  /** What answered, when it is neither cargo nor this process. */
  toolchain?: string;
  /** The log of a gate without commands. */
  log?: string;
}

/** What a receipt says beside the outcome. */
export interface ReceiptFacts {
  gate: GateId;
  title: string;
  subjectTree: TreeHash;
  envDigest: string;
  toolchain: string | null;
  startedAt: Date;
  durationMs: number;
  /** Folder of the logs, one file per log named by its hash. */
  logDir: string;
}

/** Writes a gate's log and makes its receipt. */
export async function writeReceipt(outcome: GateOutcome, facts: ReceiptFacts): Promise<GateReceipt> {
  const log = outcome.session?.log() ?? outcome.log ?? formatPlainLog(outcome);
  const logHash = hashText(log);
  await mkdir(facts.logDir, { recursive: true });
  await writeFile(join(facts.logDir, logHash), log);
  return {
    contract: ReceiptContract,
    subject_tree: facts.subjectTree,
    gate: facts.gate,
    title: facts.title,
    argv: outcome.session?.commands.map((command) => [...command]) ?? [],
    env_digest: facts.envDigest,
    toolchain: outcome.toolchain ?? facts.toolchain,
    exit: outcome.session?.lastExit() ?? null,
    counts: outcome.counts,
    new_diagnostics: outcome.diagnostics,
    verdict: outcome.verdict,
    reason: outcome.reason,
    log_hash: logHash,
    started: facts.startedAt.toISOString(),
    ms: facts.durationMs,
  };
}

/** Sums receipts of one tree up; `receipt_hash` covers all of them. */
export function createGateReport(subjectTree: TreeHash, receipts: readonly GateReceipt[]): GateReport {
  return {
    subject_tree: subjectTree,
    verdict: decideVerdict(receipts),
    receipts: [...receipts],
    receipt_hash: hashText(canonicalJson(receipts)),
  };
}

/** An outcome of a gate that could not do its work. */
export function createIdleOutcome(verdict: 'not_run' | 'inconclusive', reason: string): GateOutcome {
  return { verdict, reason, diagnostics: [], counts: emptyCounts(), session: null };
}

/** Counts of a gate that checked nothing. */
export function emptyCounts(): GateCounts {
  return { total: 0, passed: 0, failed: 0, ignored: 0 };
}

function formatPlainLog(outcome: GateOutcome): string {
  const lines = outcome.diagnostics.map((diagnostic) => `${diagnostic.level}: ${diagnostic.rendered}`);
  return [`${outcome.verdict}${outcome.reason === null ? '' : `: ${outcome.reason}`}`, ...lines, ''].join(
    '\n',
  );
}
