import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FileChange,
  type GateId,
  GateIdSchema,
  type GateReceipt,
  type GateReport,
  type Proposal,
  type TreeHash,
} from '@parseltongue/isg-core';
import { createBaselines, createMapOptions } from './baseline/open-baselines.js';
import type { ResolveMode } from './diagnose/run-build.js';
import { PreflightError } from './errors.js';
import { checkAnalyzer } from './gates/analyzer.js';
import { checkBuild } from './gates/cargo-check.js';
import { runAffectedTests, runAllTests } from './gates/cargo-test.js';
import { type GateContext, type GateWorkspace, signalOf } from './gates/gate-context.js';
import { checkGraph } from './gates/graph.js';
import { checkSyntax } from './gates/syntax.js';
import type { GraphProblem } from './ports.js';
import { digestEnvironment } from './process/select-environment.js';
import { createGateReport, createIdleOutcome, type GateOutcome, writeReceipt } from './receipt.js';
import { isBelow } from './shadow/read-layout.js';
import { assertInsidePath, hashFileOrNull } from './tree-hash.js';

/** Which gates run and who hears of them. */
export interface RunGatesOptions {
  /** Default all, cheapest first. */
  gates?: readonly GateId[];
  /** Stop at the first gate that may block and did not pass. Default true. */
  stopAtFirst?: boolean;
  signal?: AbortSignal;
  onReceipt?: (receipt: GateReceipt) => void;
}

/** A workspace that also knows its trees and where logs go. */
export interface VerificationContext extends GateWorkspace {
  logDir: string;
  /** The tree as it is and as it would be with the changes, from one look at it. */
  hashTrees: (changes: readonly FileChange[]) => Promise<{ base: TreeHash; subject: TreeHash }>;
}

interface Gate {
  title: string;
  run: (context: GateContext) => Promise<GateOutcome> | GateOutcome;
  /** True for gates that build in the shadow. */
  needsShadow: boolean;
  /** What a gate reads of the user's tree; when that moves meanwhile, the gate cannot pass. */
  reads: 'changed files' | 'tree';
}

const GATES: Readonly<Record<GateId, Gate>> = {
  T0: { title: 'syntax', run: checkSyntax, needsShadow: false, reads: 'changed files' },
  T1: { title: 'graph', run: checkGraph, needsShadow: false, reads: 'tree' },
  T2: { title: 'analyzer', run: checkAnalyzer, needsShadow: false, reads: 'tree' },
  T3: { title: 'cargo check', run: checkBuild, needsShadow: true, reads: 'tree' },
  T4: { title: 'tests built, affected tests', run: runAffectedTests, needsShadow: true, reads: 'tree' },
  T5: { title: 'all tests and doctests', run: runAllTests, needsShadow: true, reads: 'tree' },
};

/**
 * Verifies a proposal without touching the user's tree and answers with one receipt per gate that ran.
 *
 * A proposal that does not pass is a verdict, not an error. A tree that changes while a gate runs makes that gate
 * inconclusive.
 *
 * @throws PreflightError PT_PREFLIGHT_STALE_FILE, PT_PREFLIGHT_PATH_OUTSIDE before anything runs
 */
export async function runGates(
  verification: VerificationContext,
  proposal: Proposal,
  options: RunGatesOptions = {},
): Promise<GateReport> {
  await assertFresh(verification.root, proposal.files);
  const { base: baseTree, subject: subjectTree } = await verification.hashTrees(proposal.files);
  const context = await createContext(verification, { proposal, baseTree, subjectTree }, options);
  const receipts: GateReceipt[] = [];
  const wanted = GateIdSchema.options.filter((gate) => options.gates?.includes(gate) ?? true);
  for (const [done, gate] of wanted.entries()) {
    options.signal?.throwIfAborted();
    verification.onProgress({
      stage: 'verify',
      done,
      total: wanted.length,
      unit: 'steps',
      message: GATES[gate].title,
    });
    const receipt = await runGate(gate, context, verification);
    receipts.push(receipt);
    options.onReceipt?.(receipt);
    const isStopped = receipt.verdict === 'failed' || receipt.verdict === 'inconclusive';
    if (isStopped && options.stopAtFirst !== false) break;
  }
  return createGateReport(subjectTree, receipts);
}

/**
 * Makes sure that every file is what the change was made against and that no path leaves the tree.
 *
 * @throws PreflightError PT_PREFLIGHT_STALE_FILE, PT_PREFLIGHT_PATH_OUTSIDE
 */
export async function assertFresh(root: string, changes: readonly FileChange[]): Promise<void> {
  for (const change of changes) await assertWithinTree(root, change.path);
  for (const { path, before_hash: expected } of changes) {
    const actual = await hashFileOrNull(root, path);
    if (actual === expected) continue;
    const what = actual === null ? 'is gone' : expected === null ? 'exists already' : 'changed';
    throw new PreflightError('PT_PREFLIGHT_STALE_FILE', {
      message: `${path} ${what} since the change was made. Re-index the file and make the change again`,
      details: { path, expected, actual },
    });
  }
}

/** How dependencies may be resolved for these changes, before cargo was asked. */
export async function selectMode(
  workspace: Pick<GateWorkspace, 'root' | 'isNetworkAllowed'>,
  changes: readonly FileChange[],
): Promise<ResolveMode> {
  const hasLock = (await lstat(join(workspace.root, 'Cargo.lock')).catch(() => null)) !== null;
  const touchesManifest = changes.some(({ path }) => /(^|\/)Cargo\.(toml|lock)$/.test(path));
  return { isOffline: !workspace.isNetworkAllowed, isLocked: hasLock && !touchesManifest };
}

interface Subject {
  proposal: Proposal;
  baseTree: TreeHash;
  subjectTree: TreeHash;
}

async function createContext(
  verification: VerificationContext,
  subject: Subject,
  options: RunGatesOptions,
): Promise<GateContext> {
  const { shadow, analyzer } = verification;
  const { proposal, subjectTree, baseTree } = subject;
  const limits = signalOf(options);
  const files = proposal.files.filter(({ path }) => /(\.rs|(^|\/)Cargo\.toml)$/.test(path));
  let problems: Promise<readonly GraphProblem[]> | undefined;
  return {
    ...verification,
    proposal,
    subjectTree,
    baselines: createBaselines(verification, baseTree, {
      mode: await selectMode(verification, []),
      ...limits,
    }),
    map: createMapOptions(verification),
    graphProblems: () => {
      problems ??= analyzer.analyze(files, limits).then((answer) => answer.problems);
      return problems;
    },
    createSession: shadow.createSession,
    mode: await selectMode(verification, proposal.files),
    fullRun: null,
    ...limits,
  };
}

async function runGate(
  gate: GateId,
  context: GateContext,
  verification: VerificationContext,
): Promise<GateReceipt> {
  const startedAt = new Date();
  const from = performance.now();
  const { shadow } = context;
  const { unsupported } = shadow.layout();
  const { title, run, needsShadow, reads } = GATES[gate];
  const found =
    needsShadow && unsupported !== null
      ? createIdleOutcome('inconclusive', `This workspace cannot be built outside its place: ${unsupported}`)
      : await run(context);
  const durationMs = performance.now() - from;
  const isMoved = await hasMoved(reads, context, verification);
  const outcome: GateOutcome =
    isMoved && found.verdict === 'passed'
      ? {
          ...found,
          verdict: 'inconclusive',
          reason: 'The repository changed while the gate ran. Verify again',
        }
      : found;
  return writeReceipt(outcome, {
    gate,
    title,
    subjectTree: context.subjectTree,
    envDigest: digestEnvironment(shadow.env),
    toolchain: needsShadow ? shadow.toolchain : null,
    startedAt,
    durationMs,
    logDir: verification.logDir,
  });
}

/** Whether what the gate read is still what was to be verified. */
async function hasMoved(
  reads: Gate['reads'],
  { root, proposal, subjectTree }: GateContext,
  { hashTrees }: VerificationContext,
): Promise<boolean> {
  if (reads === 'tree') return (await hashTrees(proposal.files)).subject !== subjectTree;
  const hashes = await Promise.all(proposal.files.map(({ path }) => hashFileOrNull(root, path)));
  return proposal.files.some((file, index) => file.before_hash !== hashes[index]);
}

async function assertWithinTree(root: string, path: string): Promise<void> {
  assertInsidePath(path);
  const segments = path.split('/');
  for (let length = 1; length <= segments.length; length += 1) {
    const part = join(root, ...segments.slice(0, length));
    const stats = await lstat(part).catch(() => null);
    if (stats === null) return;
    if (!stats.isSymbolicLink()) continue;
    const isOutside = !isBelow(root, await realpath(part).catch(() => '/'));
    throw new PreflightError('PT_PREFLIGHT_PATH_OUTSIDE', {
      message: `"${path}" goes through a symbolic link${isOutside ? ' that leaves the repository' : ''}. Change the file it points to instead`,
      details: { path },
    });
  }
}
