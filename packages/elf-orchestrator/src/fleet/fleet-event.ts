import type { AdmissionRefusal } from '../admit/decide-admission.js';
import type { LoadPlan } from '../backends/local-model.js';

/** What happened to a model, with the numbers before and after where there are any. */
export type FleetEvent =
  | { type: 'model-loading'; model: string; plan: LoadPlan; gaveUp: readonly string[] }
  | {
      type: 'model-loaded';
      model: string;
      plan: LoadPlan;
      loadMs: number;
      estimatedBytes: number;
      measuredBytes: number | null;
      usedBytesBefore: number;
    }
  | { type: 'model-load-waiting'; model: string; refusal: AdmissionRefusal }
  | { type: 'model-load-failed'; model: string; code: string; message: string }
  | { type: 'model-evicted' | 'model-unloaded' | 'model-killed'; model: string; reason: string }
  | { type: 'model-shrunk'; model: string; before: LoadPlan; after: LoadPlan; reason: string }
  | { type: 'worker-restarted'; model: string; reloads: number };
