import { z } from 'zod';
import { CompilerDiagnosticSchema } from './diagnostic.js';

/** Gates from cheap to dear; T4 runs affected tests first, T5 everything. */
export const GateIdSchema = z.enum(['T0', 'T1', 'T2', 'T3', 'T4', 'T5']);
export type GateId = z.infer<typeof GateIdSchema>;

export const VerdictSchema = z.enum(['passed', 'failed', 'inconclusive', 'not_run']);
export type Verdict = z.infer<typeof VerdictSchema>;

/** sha-256 over the sorted lines `<sha-256 of the file>  <path>\n` of a tree. */
export const TreeHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'TreeHash'>();
export type TreeHash = z.infer<typeof TreeHashSchema>;

export const ReceiptContract = 'pt.receipt/1';

/** What one gate did to one exact tree. Written by the gate that executed it, never by who proposed the change. */
export const GateReceiptSchema = z.strictObject({
  contract: z.literal(ReceiptContract),
  subject_tree: TreeHashSchema,
  gate: GateIdSchema,
  title: z.string(),
  /** The commands that ran, in order; empty for gates that run in this process. */
  argv: z.array(z.array(z.string())),
  env_digest: z.string(),
  toolchain: z.string().nullable(),
  exit: z.int().nullable(),
  counts: z.strictObject({
    total: z.int().nonnegative(),
    passed: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    ignored: z.int().nonnegative(),
  }),
  /** Only what the baseline did not have. */
  new_diagnostics: z.array(CompilerDiagnosticSchema),
  verdict: VerdictSchema,
  /** Why, in one sentence; always present unless passed. */
  reason: z.string().nullable(),
  log_hash: z.string(),
  started: z.iso.datetime(),
  ms: z.number().nonnegative(),
});
export type GateReceipt = z.infer<typeof GateReceiptSchema>;

/** All receipts of one verification. `passed` only when every blocking gate passed on the same tree. */
export const GateReportSchema = z.strictObject({
  subject_tree: TreeHashSchema,
  verdict: VerdictSchema,
  receipts: z.array(GateReceiptSchema),
  /** sha-256 of the canonical JSON of the receipts; what a commit trailer and an apply journal refer to. */
  receipt_hash: z.string(),
});
export type GateReport = z.infer<typeof GateReportSchema>;

/** Gates that must say `passed` before a tree may be written; the others advise. */
export const BLOCKING_GATES: readonly GateId[] = ['T0', 'T1', 'T3', 'T4', 'T5'];

/** The one rule that turns receipts into a verdict: the first blocking gate that did not pass decides. */
export function decideVerdict(receipts: readonly GateReceipt[]): Verdict {
  const rejecting = receipts.find((receipt) => receipt.verdict === 'failed');
  if (rejecting !== undefined) return 'failed';
  for (const gate of BLOCKING_GATES) {
    const verdict = receipts.find((receipt) => receipt.gate === gate)?.verdict ?? 'not_run';
    if (verdict !== 'passed') return verdict;
  }
  return 'passed';
}
