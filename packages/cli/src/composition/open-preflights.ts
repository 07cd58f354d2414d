import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { Chunker, ProgressListener } from '@parseltongue/isg-core';
import {
  type GraphAnalyzer,
  openAnalyzerGate,
  openPreflight,
  type Preflight,
  probeConfinement,
} from '@parseltongue/preflight';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';
import { analyzerFolder } from './analyzer-folder.js';
import { type Lazy, openLazily } from './open-lazily.js';

/** How gates run for one user. */
export interface GateChoice {
  /** Ask rust-analyzer in T2 when there is one. */
  useAnalyzer: boolean;
  /** Keep builds and tests inside bubblewrap where it works. */
  isConfined: boolean;
  /** Let cargo download what is missing. */
  allowNetwork: boolean;
}

/** The choice the options of a command line make. */
export function chooseGates(
  globals: Pick<GlobalOptions, 'analyzer' | 'confine' | 'allowNetwork'>,
): GateChoice {
  const { analyzer, confine, allowNetwork } = globals;
  return { useAnalyzer: analyzer, isConfined: confine, allowNetwork };
}

/** One preflight for every choice that was asked for; all work in the same shadow, one after the other. */
export interface Preflights {
  get(choice: GateChoice): Promise<Preflight>;
  dispose(): Promise<void>;
}

export interface PreflightParts {
  place: RepositoryPlace;
  env: CliContext['env'];
  store: Lazy<CodeGraphStore>;
  chunker: Lazy<Chunker & AsyncDisposable>;
  analyzer: Lazy<GraphAnalyzer & AsyncDisposable>;
  progress: { listener: ProgressListener };
}

/** Opens each preflight at its first use. */
export function openPreflights(parts: PreflightParts): Preflights {
  const opened = new Map<string, Lazy<Preflight>>();
  return {
    get(choice) {
      const id = JSON.stringify([choice.useAnalyzer, choice.isConfined, choice.allowNetwork]);
      const known = opened.get(id) ?? openLazily(() => open(parts, choice));
      opened.set(id, known);
      return known.get();
    },
    async dispose() {
      for (const preflight of opened.values()) await preflight.dispose();
    },
  };
}

async function open(parts: PreflightParts, choice: GateChoice): Promise<Preflight> {
  const { place, env, store, chunker, analyzer, progress } = parts;
  const prefixDir = analyzerFolder(env);
  const confinement = choice.isConfined
    ? await probeConfinement({
        env,
        isNetworkAllowed: choice.allowNetwork,
        // a workspace may lean on crates beside it in the same repository
        readable: place.gitRoot === null ? [prefixDir] : [prefixDir, place.gitRoot],
      })
    : undefined;
  const confined = confinement === undefined ? {} : { confinement };
  return openPreflight({
    root: place.root,
    stateDir: place.cacheDir,
    chunker: await chunker.get(),
    analyzer: await analyzer.get(),
    graph: await store.get(),
    ...(choice.useAnalyzer ? { analyzerGate: openAnalyzerGate({ prefixDir, ...confined }) } : {}),
    ...confined,
    allowNetwork: choice.allowNetwork,
    env,
    onProgress: (event) => progress.listener(event),
  });
}
