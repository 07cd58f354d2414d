import { type CompilerDiagnostic, type GateReport, RowKeySchema } from '@parseltongue/isg-core';
import { z } from 'zod';

/** Why an attempt did not pass: the one thing the next attempt gets to know about it. */
export const EvidenceSchema = z.strictObject({
  kind: z.enum([
    'gate_failed',
    'edit_refused',
    'answer_malformed',
    'answer_truncated',
    'model_refused',
    'same_proposal',
    'no_change',
    'rolled_back',
    'review_objection',
  ]),
  message: z.string(),
  /** Compiler codes or refusal codes, sorted, without repeats. */
  codes: z.array(z.string()),
  row_keys: z.array(RowKeySchema),
  paths: z.array(z.string()),
});
export type Evidence = z.infer<typeof EvidenceSchema>;

const RENDERED_LIMIT = 1_200;
const DIAGNOSTIC_LIMIT = 12;

/** Reads the receipts that did not pass as evidence: the gate's reason, then its new errors in the tool's own words. */
export function collectEvidence(report: GateReport): Evidence[] {
  return report.receipts
    .filter((receipt) => receipt.verdict === 'failed' || receipt.verdict === 'inconclusive')
    .map((receipt) => {
      const errors = receipt.new_diagnostics.filter((diagnostic) => diagnostic.level === 'error');
      const shown = (errors.length > 0 ? errors : receipt.new_diagnostics).slice(0, DIAGNOSTIC_LIMIT);
      const reason = receipt.reason ?? `${receipt.title} did not pass`;
      const texts = shown.map((diagnostic) => diagnostic.rendered.slice(0, RENDERED_LIMIT).trimEnd());
      return {
        kind: 'gate_failed',
        message: [`${receipt.gate} ${receipt.title}: ${reason}`, ...texts].join('\n'),
        codes: sortUnique(shown.flatMap((diagnostic) => diagnostic.code ?? [])),
        row_keys: sortUnique(shown.flatMap((diagnostic) => diagnostic.row_key ?? [])),
        paths: sortUnique(shown.flatMap((diagnostic) => primaryPath(diagnostic) ?? [])),
      };
    });
}

/** One piece of evidence without compiler facts. */
export function createEvidence(
  kind: Evidence['kind'],
  message: string,
  extra: Partial<Pick<Evidence, 'codes' | 'row_keys' | 'paths'>> = {},
): Evidence {
  return { kind, message, codes: [], row_keys: [], paths: [], ...extra };
}

/** The path a diagnostic points at; undefined when it has no span. */
export function primaryPath(diagnostic: CompilerDiagnostic): string | undefined {
  return (diagnostic.spans.find((span) => span.is_primary) ?? diagnostic.spans[0])?.path;
}

function sortUnique<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].sort();
}
