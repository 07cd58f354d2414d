export { completeKey } from './composition/complete-key.js';
export { chooseGates, type GateChoice } from './composition/open-preflights.js';
export { openProbes, type Probes } from './composition/open-probes.js';
export { openStages, type Stages } from './composition/open-stages.js';
export { openWorkspace } from './composition/open-workspace.js';
export { readTreeMemory } from './composition/read-tree-memory.js';
export { RepositoryWorkspace } from './composition/repository-workspace.js';
export { runElfCommand } from './composition/run-elf-command.js';
export type {
  ChangeOutcome,
  ExactOutcome,
  RowView,
  SummarizeOutcome,
  Workspace,
} from './composition/workspace.js';
