import {
  chooseGates,
  completeKey,
  type GateChoice,
  openStages,
  RepositoryWorkspace,
  type Stages,
  type Workspace,
} from '../compose.js';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import { type CallOptions } from '../mcp/define-tool.js';
import { createToolHost } from '../mcp/tool-host.js';
import type { RunCli } from '../verb.js';
import { openFolderWatch } from './folder-watch.js';
import type { DaemonState } from './serve-session.js';

/** The stages of one repository and what the daemon counts about itself. */
export async function openDaemonState(
  place: RepositoryPlace,
  context: CliContext,
  { gates, runCli }: { gates: GateChoice; runCli: RunCli },
): Promise<DaemonState> {
  const stages = await openStages(place, context, { isResident: true });
  const watch = openFolderWatch(place.root);
  stages.changes = watch;
  return {
    place,
    started: new Date().toISOString(),
    clients: 0,
    requests: 0,
    idleSince: performance.now(),
    onStop: () => undefined,
    isWatching: () => watch.isComplete(),
    touch: () => void (stages.indexedGeneration = undefined),
    complete: async (prefix) => completeKey(await stages.store.get(), prefix),
    tools: createToolHost((options) => Promise.resolve(openForCall({ stages, context, gates }, options))),
    runCli,
    openWorkspace: ({ context: caller, globals, progress }) =>
      Promise.resolve(
        new RepositoryWorkspace({
          stages,
          context: caller,
          gates: chooseGates(globals),
          onProgress: (event) => progress.update(event),
          isOwner: false,
        }),
      ),
    async [Symbol.asyncDispose]() {
      watch.close();
      await stages[Symbol.asyncDispose]();
    },
  };
}

function openForCall(
  { stages, context, gates }: { stages: Stages; context: CliContext; gates: GateChoice },
  { signal, onProgress }: CallOptions,
): Workspace {
  return new RepositoryWorkspace({
    stages,
    context: { ...context, signal },
    gates,
    onProgress: onProgress ?? (() => undefined),
    isOwner: false,
  });
}
