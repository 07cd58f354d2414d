import type { Chunker, GraphReader, ProgressListener, Proposal, TreeHash } from '@parseltongue/isg-core';
import type { BaselineSource } from '../baseline/open-baselines.js';
import type { MapOptions } from '../diagnose/map-diagnostic.js';
import type { ResolveMode } from '../diagnose/run-build.js';
import type { Vocabulary } from '../names/vocabulary.js';
import type { AnalyzerGate, GraphAnalyzer, GraphProblem } from '../ports.js';
import type { CommandSession } from '../process/cargo-session.js';
import type { Shadow } from '../shadow/open-shadow.js';
import type { TestRun } from './test-run.js';

/** Time limits of the commands; without them they follow from how long the untouched tree took. */
export interface GateLimits {
  /** One `cargo check` or one build of the tests. */
  buildTimeoutMs?: number;
  /** One run of the tests. */
  testTimeoutMs?: number;
}

/** The workspace a proposal is verified in; lives as long as the preflight. */
export interface GateWorkspace {
  /** The user's tree, an absolute real path. */
  root: string;
  shadow: Shadow;
  chunker: Chunker;
  analyzer: GraphAnalyzer;
  graph: GraphReader;
  /** The words names can be made of. */
  vocabulary: Vocabulary;
  /** Null without an analyzer. */
  analyzerGate: AnalyzerGate | null;
  limits: GateLimits;
  isNetworkAllowed: boolean;
  onProgress: ProgressListener;
}

/** All a gate needs to judge one proposal. */
export interface GateContext extends GateWorkspace {
  proposal: Proposal;
  subjectTree: TreeHash;
  baselines: BaselineSource;
  map: MapOptions;
  /** The graph's problems with the proposal, asked for once. */
  graphProblems: () => Promise<readonly GraphProblem[]>;
  createSession: () => CommandSession;
  /** How dependencies may be resolved; set by the first build that had to change it. */
  mode: ResolveMode;
  /** The run of all tests of this very tree, once there is one. */
  fullRun: TestRun | null;
  signal?: AbortSignal;
}

/** `signal` as an option, absent when there is none. */
export function signalOf(context: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return context.signal === undefined ? {} : { signal: context.signal };
}
