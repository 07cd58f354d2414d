import type { AddVerb } from '../verb.js';
import { addApplyVerb } from './apply.js';
import { addChangeVerb } from './change.js';
import { addCompletionVerb } from './completion.js';
import { addConfigVerb } from './config.js';
import { addCostVerb } from './cost.js';
import { addDaemonVerb } from './daemon.js';
import { addDoctorVerb } from './doctor.js';
import { addElfVerb, addModelsVerb } from './elf.js';
import { addExportVerb } from './export.js';
import { addFixVerb } from './fix.js';
import { addGraphVerb } from './graph.js';
import { addHookVerb } from './hook.js';
import { addImpactVerb } from './impact.js';
import { addIndexVerb } from './index-repository.js';
import { addMapVerb } from './map.js';
import { addMcpVerb } from './mcp.js';
import { addPreflightVerb } from './preflight.js';
import { addPullRequestVerb } from './pull-request.js';
import { addReplVerb } from './repl.js';
import { addRunsVerb } from './runs.js';
import { addSearchVerb } from './search.js';
import { addShowVerb } from './show.js';
import { addStatusVerb } from './status.js';
import { addSummarizeVerb } from './summarize.js';
import { addUndoVerb } from './undo.js';
import { addWatchVerb } from './watch.js';

/** Every verb, in the order help shows them: the order a user meets them. */
export const VERBS: readonly AddVerb[] = [
  addDoctorVerb,
  addIndexVerb,
  addStatusVerb,
  addSearchVerb,
  addMapVerb,
  addShowVerb,
  addImpactVerb,
  addGraphVerb,
  addSummarizeVerb,
  addFixVerb,
  addChangeVerb,
  addPreflightVerb,
  addApplyVerb,
  addUndoVerb,
  addPullRequestVerb,
  addRunsVerb,
  addCostVerb,
  addExportVerb,
  addWatchVerb,
  addModelsVerb,
  addElfVerb,
  addMcpVerb,
  addReplVerb,
  addDaemonVerb,
  addConfigVerb,
  addCompletionVerb,
  addHookVerb,
];
