export { openProbes, type Probes } from './composition/open-probes.js';
export { openWorkspace } from './composition/open-workspace.js';
export type { ChangeOutcome, RowView, Workspace } from './composition/workspace.js';
