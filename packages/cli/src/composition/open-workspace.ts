import type { ProgressListener } from '@parseltongue/isg-core';
import { locateRepository } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';
import { chooseGates } from './open-preflights.js';
import { openStages } from './open-stages.js';
import { RepositoryWorkspace } from './repository-workspace.js';
import type { Workspace } from './workspace.js';

export interface OpenWorkspaceOptions {
  context: CliContext;
  globals: Pick<GlobalOptions, 'cwd' | 'stateDir' | 'analyzer' | 'confine' | 'allowNetwork'>;
  onProgress: ProgressListener;
}

/**
 * Opens the repository around the working folder for one user; its stages close with it.
 *
 * @throws CliError PT_CLI_NOT_A_REPOSITORY, PT_CLI_NOT_RUST
 */
export async function openWorkspace({
  context,
  globals,
  onProgress,
}: OpenWorkspaceOptions): Promise<Workspace> {
  const place = await locateRepository({ ...globals, env: context.env });
  const stages = await openStages(place, context);
  return new RepositoryWorkspace({ stages, context, gates: chooseGates(globals), onProgress, isOwner: true });
}
