import { canonicalJson, decideVerdict, type GateReport, type Proposal } from '@parseltongue/isg-core';
import { PreflightError } from '../errors.js';
import type { TreeContext } from '../git/tree-context.js';
import { hashText, hashTree } from '../tree-hash.js';

/**
 * Demands that a report says `passed`, that its receipts say the same, and that nobody edited them.
 *
 * @throws PreflightError PT_PREFLIGHT_NO_RECEIPT
 */
export function assertPassed(report: GateReport): void {
  const verdict = report.verdict === 'passed' ? decideVerdict(report.receipts) : report.verdict;
  if (verdict !== 'passed') throw noReceipt(report, `the gates say ${verdict}`, verdict);
  const strayReceipt = report.receipts.find((receipt) => receipt.subject_tree !== report.subject_tree);
  if (strayReceipt !== undefined)
    throw noReceipt(report, `${strayReceipt.gate} judged another tree`, 'inconclusive');
  if (hashText(canonicalJson(report.receipts)) === report.receipt_hash) return;
  throw noReceipt(report, 'its receipts do not have the hash it names', 'inconclusive');
}

/**
 * Demands that the report judged exactly this tree with exactly this proposal.
 *
 * @throws PreflightError PT_PREFLIGHT_NO_RECEIPT, PT_PREFLIGHT_NOT_GIT
 */
export async function assertSubject(
  context: TreeContext,
  input: { proposal: Proposal; report: GateReport; signal?: AbortSignal | undefined },
): Promise<void> {
  const options = { env: context.env, ...(input.signal === undefined ? {} : { signal: input.signal }) };
  const tree = await hashTree(context.root, input.proposal.files, options);
  if (tree === input.report.subject_tree) return;
  throw noReceipt(
    input.report,
    'the gates judged another tree than this one with this proposal',
    'inconclusive',
  );
}

function noReceipt(
  report: GateReport,
  reason: string,
  verdict: string,
): PreflightError<'PT_PREFLIGHT_NO_RECEIPT'> {
  return new PreflightError('PT_PREFLIGHT_NO_RECEIPT', {
    message: `The proposal has no passing receipt: ${reason}. Run the gates on it again`,
    details: { subject_tree: report.subject_tree, verdict },
  });
}
