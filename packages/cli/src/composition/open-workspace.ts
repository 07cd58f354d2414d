import { openAnalyzer, openChunker } from '@parseltongue/chunk-streamer';
import { openStore } from '@parseltongue/codegraph-store';
import type { ProgressListener } from '@parseltongue/isg-core';
import { openPreflight, recoverJournal } from '@parseltongue/preflight';
import { locateRepository, type RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';
import { openLazily } from './open-lazily.js';
import { RepositoryWorkspace } from './repository-workspace.js';
import { createTreeContext } from './tree-context.js';
import type { Workspace } from './workspace.js';

export interface OpenWorkspaceOptions {
  context: CliContext;
  globals: GlobalOptions;
  onProgress: ProgressListener;
}

/**
 * Opens the repository around the working folder and wires the stages to it; each stage opens when it is first used.
 *
 * @throws CliError PT_CLI_NOT_A_REPOSITORY, PT_CLI_NOT_RUST
 */
export async function openWorkspace({
  context,
  globals,
  onProgress,
}: OpenWorkspaceOptions): Promise<Workspace> {
  const { env, signal } = context;
  const place = await locateRepository({ ...globals, env });
  const { root, stateDir, cacheDir } = place;
  if (place.isGit) await recover(place, context);
  const store = openLazily(() => openStore({ dir: stateDir, signal }));
  const chunker = openLazily(() => openChunker(root));
  const analyzer = openLazily(() => openAnalyzer(root));
  const preflight = openLazily(async () =>
    openPreflight({
      root,
      stateDir: cacheDir,
      chunker: await chunker.get(),
      analyzer: await analyzer.get(),
      graph: await store.get(),
      env,
      onProgress,
    }),
  );
  return new RepositoryWorkspace({
    place,
    context,
    onProgress,
    store,
    chunker,
    preflight,
    opened: [preflight, analyzer, chunker, store],
  });
}

/** An apply that a crash cut off is brought to an end before anybody reads the tree. */
async function recover(place: RepositoryPlace, { env, io }: CliContext): Promise<void> {
  const report = await recoverJournal(createTreeContext(place, env));
  if (report !== null) io.err(`${report.message}\n`);
}
