import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileChange, TreeHash } from '@parseltongue/isg-core';
import { createBaselines, createMapOptions, hasDocTests } from '../baseline/open-baselines.js';
import { runBuild } from '../diagnose/run-build.js';
import { createCommandSession } from '../process/cargo-session.js';
import { type GateWorkspace, signalOf } from './gate-context.js';
import { compareTests } from './judge-tests.js';
import { mergeRuns, runDocTests, runTests } from './test-run.js';

/** Whether the written tree is what was verified. */
export interface InPlaceResult {
  ok: boolean;
  /** One sentence for people. */
  detail: string;
}

export interface InPlaceOptions {
  /** The tree the gates passed on. */
  subjectTree: TreeHash;
  changes: readonly FileChange[];
  hashTree: () => Promise<TreeHash>;
  /** `content` builds nothing. */
  scope: 'build' | 'content';
  /** The user's own build folder from the environment, when it names one. */
  targetDir: string | undefined;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 1_800_000;
/** Variables that lead to the shadow's artifacts, which no other tree may use. */
const SHADOW_FOLDERS = new Set(['CARGO_TARGET_DIR', 'CARGO_BUILD_BUILD_DIR']);

/**
 * Checks the user's tree after a proposal was written into it: same content, builds, same tests with the same results.
 *
 * Builds in the user's own target folder, so that their next build is warm. Where cargo would have to write the lock
 * file the content alone is compared.
 */
export async function verifyInPlace(
  workspace: GateWorkspace,
  options: InPlaceOptions,
): Promise<InPlaceResult> {
  if ((await options.hashTree()) !== options.subjectTree) {
    return { ok: false, detail: 'The written tree is not the one the gates passed on' };
  }
  if (options.scope === 'content') return { ok: true, detail: 'Same content as verified' };
  const hasLock = (await lstat(join(workspace.root, 'Cargo.lock')).catch(() => null)) !== null;
  const touchesManifest = options.changes.some(({ path }) => /(^|\/)Cargo\.toml$/.test(path));
  if (!hasLock || touchesManifest) {
    const why = hasLock ? 'a manifest changed' : 'there is no lock file';
    return {
      ok: true,
      detail: `Same content as verified; not built in place because ${why} and cargo would write the lock file`,
    };
  }
  await workspace.shadow.restore(); // tells which members have documentation tests
  return buildInPlace(workspace, options);
}

async function buildInPlace(workspace: GateWorkspace, options: InPlaceOptions): Promise<InPlaceResult> {
  const own = Object.entries(workspace.shadow.env).filter(([name]) => !SHADOW_FOLDERS.has(name));
  const target = options.targetDir === undefined ? {} : { CARGO_TARGET_DIR: options.targetDir };
  const env = { ...Object.fromEntries(own), ...target };
  const { confinement } = workspace.shadow;
  const writable = [workspace.root, options.targetDir ?? workspace.shadow.layout().targetDir];
  const session = createCommandSession({
    cwd: workspace.root,
    env,
    translate: (text) => text,
    confinement,
    writable,
  });
  const mode = { isOffline: !workspace.isNetworkAllowed, isLocked: true };
  const map = createMapOptions(workspace);
  const run = { mode, map, timeoutMs: workspace.limits.testTimeoutMs ?? TIMEOUT_MS, ...signalOf(options) };
  const build = await runBuild(session, ['test', '--workspace', '--no-run'], {
    ...run,
    timeoutMs: workspace.limits.buildTimeoutMs ?? TIMEOUT_MS,
  });
  if (build.status !== 'ok')
    return { ok: false, detail: `The written tree does not build: ${build.problem ?? 'compile errors'}` };
  let tests = await runTests(session, run);
  if (!tests.isTimedOut && (await hasDocTests(workspace)))
    tests = mergeRuns(tests, await runDocTests(session, run));
  if (tests.isTimedOut) return { ok: false, detail: 'The tests of the written tree did not end in time' };
  const before = await createBaselines(workspace, options.subjectTree, {
    mode,
    ...signalOf(options),
  }).tests();
  const { newFailures, vanished } = compareTests(before.run, tests);
  if (newFailures.length + vanished.length > 0) {
    const names = [...newFailures.map((failure) => failure.name), ...vanished].slice(0, 8).join(', ');
    return { ok: false, detail: `Tests end differently in place than in the shadow: ${names}` };
  }
  return {
    ok: true,
    detail: `Same content as verified; built and ${tests.results.length} tests run in place`,
  };
}
