/** The measured state that an admission is decided on. */
export interface AdmissionInput {
  needBytes: number;
  /** Used by the orchestrator's process tree now. */
  treeUsedBytes: number;
  /** min(physical memory, control group, user's cap). */
  limitBytes: number;
  /** Used on the whole machine now, of `systemTotalBytes`. */
  systemUsedBytes: number;
  systemTotalBytes: number;
}

/** The numbers of a budget that a model would exceed. */
export interface AdmissionRefusal {
  scope: 'process_tree' | 'system';
  needBytes: number;
  usedBytes: number;
  limitBytes: number;
  ceilingBytes: number;
}

/** Admitted, or refused by the first budget that would be exceeded. */
export type AdmissionDecision = { isAdmitted: true } | { isAdmitted: false; refusal: AdmissionRefusal };

/** The share of a budget that models may fill. */
export const ADMISSION_CEILING = 0.7;

/** Admits a model only if its need and the measured use stay under 70 % of the tree's limit and of the machine. */
export function decideAdmission(input: AdmissionInput): AdmissionDecision {
  const budgets = [
    { scope: 'process_tree', usedBytes: input.treeUsedBytes, limitBytes: input.limitBytes },
    { scope: 'system', usedBytes: input.systemUsedBytes, limitBytes: input.systemTotalBytes },
  ] as const;
  for (const budget of budgets) {
    const ceilingBytes = Math.floor(budget.limitBytes * ADMISSION_CEILING);
    if (budget.usedBytes + input.needBytes > ceilingBytes) {
      return { isAdmitted: false, refusal: { needBytes: input.needBytes, ceilingBytes, ...budget } };
    }
  }
  return { isAdmitted: true };
}
