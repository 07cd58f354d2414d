import type { Applicability } from '@parseltongue/isg-core';

/** Which compiler suggestions an attempt may use. */
export interface FixPolicy {
  name: string;
  /** What the attempt does differently, one sentence. */
  sentence: string;
  /** Allowed for errors and for lints that are errors. */
  errorApplicability: readonly Applicability[];
  /** Allowed for warnings anywhere. */
  warningApplicability: readonly Applicability[];
  /** Allowed in addition for warnings in the code the failing tests reach, when the suggestion is the only one. */
  relatedWarningApplicability: readonly Applicability[];
}

/** One policy per attempt: the sure road, then wider where tests failed, then errors alone. */
export const FIX_POLICIES: readonly FixPolicy[] = [
  {
    name: 'errors-and-sure-warnings',
    sentence: 'Fix errors with what the compiler suggests and warnings with what it is sure of',
    errorApplicability: ['MachineApplicable', 'MaybeIncorrect'],
    warningApplicability: ['MachineApplicable'],
    relatedWarningApplicability: [],
  },
  {
    name: 'widened-to-related-warnings',
    sentence: 'Also follow the only suggestion of warnings in the code that the failing checks reach',
    errorApplicability: ['MachineApplicable', 'MaybeIncorrect'],
    warningApplicability: ['MachineApplicable'],
    relatedWarningApplicability: ['MaybeIncorrect', 'Unspecified'],
  },
  {
    name: 'errors-only',
    sentence: 'Fix errors and leave every warning alone',
    errorApplicability: ['MachineApplicable', 'MaybeIncorrect'],
    warningApplicability: [],
    relatedWarningApplicability: [],
  },
];
