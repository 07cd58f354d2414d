import type { LoadPlan } from '../backends/local-model.js';
import { type AdmissionInput, type AdmissionRefusal, decideAdmission } from './decide-admission.js';

/** Memory as it was measured just now. */
export type MemoryBudget = Omit<AdmissionInput, 'needBytes'> & {
  /** Free memory of the graphics processor under its own ceiling; null where there is none. */
  vramFreeBytes: number | null;
};

/** What a model takes when it is loaded by a plan. */
export interface MemoryNeed {
  needBytes: number;
  vramBytes: number;
}

/** What is wanted, and how far it may shrink. */
export interface LoadWish {
  plan: LoadPlan;
  minContextTokens: number;
  needOf: (plan: LoadPlan) => MemoryNeed;
}

/** The first plan that fits and what was given up for it, or the refusal of the smallest one. */
export type PlannedLoad =
  | { isAdmitted: true; plan: LoadPlan; need: MemoryNeed; gaveUp: readonly string[] }
  | { isAdmitted: false; refusal: AdmissionRefusal };

const MIN_CONTEXT_TOKENS = 256;

/** Walks down the ladder until a plan fits: fewer sequences, then shorter contexts, then fewer layers on the graphics processor. */
export function planLoad(budget: MemoryBudget, wish: LoadWish): PlannedLoad {
  let refusal: AdmissionRefusal | undefined;
  for (const plan of listPlans(wish)) {
    const need = wish.needOf(plan);
    if (need.vramBytes > (budget.vramFreeBytes ?? Number.POSITIVE_INFINITY)) continue;
    const decision = decideAdmission({ ...budget, needBytes: need.needBytes });
    if (decision.isAdmitted) return { isAdmitted: true, plan, need, gaveUp: describeLoss(wish.plan, plan) };
    refusal = decision.refusal;
  }
  return { isAdmitted: false, refusal: refusal ?? refuseByVram(budget, wish) };
}

function* listPlans({ minContextTokens, plan }: LoadWish): Generator<LoadPlan> {
  const floor = Math.min(plan.contextTokens, Math.max(minContextTokens, MIN_CONTEXT_TOKENS));
  for (let gpuLayers = plan.gpuLayers; ; gpuLayers = Math.floor(gpuLayers / 2)) {
    for (let sequences = plan.sequences; sequences >= 1; sequences -= 1)
      yield { ...plan, sequences, gpuLayers };
    for (let tokens = plan.contextTokens >> 1; tokens >= floor; tokens >>= 1)
      yield { sequences: 1, contextTokens: tokens, gpuLayers };
    if (gpuLayers === 0) return;
  }
}

function describeLoss(wanted: LoadPlan, plan: LoadPlan): string[] {
  return (['sequences', 'contextTokens', 'gpuLayers'] as const)
    .filter((field) => plan[field] < wanted[field])
    .map((field) => `${field} ${wanted[field]} -> ${plan[field]}`);
}

function refuseByVram(budget: MemoryBudget, wish: LoadWish): AdmissionRefusal {
  const { needBytes } = wish.needOf({ ...wish.plan, gpuLayers: 0 });
  return {
    scope: 'process_tree',
    needBytes,
    usedBytes: budget.treeUsedBytes,
    limitBytes: budget.limitBytes,
    ceilingBytes: 0,
  };
}
