import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CompilerDiagnosticSchema, type TreeHash } from '@parseltongue/isg-core';
import { z } from 'zod';
import { createRelativizer, type MapOptions } from '../diagnose/map-diagnostic.js';
import { type ResolveMode, runBuild } from '../diagnose/run-build.js';
import { buildTree, type TreeBuild } from '../gates/build-tree.js';
import { type GateWorkspace, signalOf } from '../gates/gate-context.js';
import { mergeRuns, runDocTests, runTests, type TestRun } from '../gates/test-run.js';
import { digestEnvironment } from '../process/select-environment.js';
import { readLayout } from '../shadow/read-layout.js';
import { hashText } from '../tree-hash.js';

/** What checking the untouched tree gave. */
export const BuildBaselineSchema = z.object({
  status: z.enum(['ok', 'failed', 'environment', 'stopped']),
  diagnostics: z.array(CompilerDiagnosticSchema),
  problem: z.string().nullable(),
  durationMs: z.number(),
});
export type BuildBaseline = z.infer<typeof BuildBaselineSchema>;

/** What the tests of the untouched tree gave. */
export const TestBaselineSchema = z.object({
  /** Null when the tests could not be built or did not end. */
  run: z
    .object({
      results: z.array(
        z.object({ binary: z.string(), name: z.string(), status: z.enum(['ok', 'failed', 'ignored']) }),
      ),
      failures: z.record(z.string(), z.string()),
      failedTargets: z.array(z.string()),
      isAttributed: z.boolean(),
      isUnreadable: z.boolean(),
      isTimedOut: z.boolean(),
      durationMs: z.number(),
    })
    .nullable(),
  /** Why there is no list, null when there is one. */
  problem: z.string().nullable(),
});
export type TestBaseline = z.infer<typeof TestBaselineSchema>;

/** Facts of the untouched tree, made when first asked for and kept by tree, toolchain and environment. */
export interface BaselineSource {
  build(): Promise<BuildBaseline>;
  tests(): Promise<TestBaseline>;
}

const BUILD_TIMEOUT_MS = 1_800_000;
const TEST_TIMEOUT_MS = 900_000;

/** Creates the baselines of one tree. The shadow holds the untouched tree after each run. */
export function createBaselines(
  workspace: GateWorkspace,
  tree: TreeHash,
  options: { mode: ResolveMode; signal?: AbortSignal },
): BaselineSource {
  let build: Promise<BuildBaseline> | undefined;
  let tests: Promise<TestBaseline> | undefined;
  // Asked for again after the overlay, so a second answer must not touch the shadow.
  const source: BaselineSource = {
    build: () => (build ??= loadBuild(workspace, tree, options)),
    tests: () =>
      (tests ??= source.build().then((built) => loadTests(workspace, tree, { ...options, built }))),
  };
  return source;
}

async function loadBuild(
  workspace: GateWorkspace,
  tree: TreeHash,
  options: RunOptions,
): Promise<BuildBaseline> {
  const cached = await readBaseline(pathOf(workspace, tree, 'build'), BuildBaselineSchema);
  if (cached !== null) return cached;
  const made = await makeBuild(workspace, options);
  if (made.status !== 'stopped') await saveBuildBaseline(workspace, tree, made);
  return made;
}

async function loadTests(
  workspace: GateWorkspace,
  tree: TreeHash,
  options: RunOptions & { built: BuildBaseline },
): Promise<TestBaseline> {
  const cached = await readBaseline(pathOf(workspace, tree, 'tests'), TestBaselineSchema);
  if (cached !== null) return cached;
  if (options.built.status !== 'ok') return { run: null, problem: 'the untouched tree does not build' };
  const made = await makeTests(workspace, options);
  if (made.run !== null) await saveTestBaseline(workspace, tree, made);
  return made;
}

/** Keeps what a gate learned of a tree that may become the untouched one. */
export async function saveBuildBaseline(
  workspace: GateWorkspace,
  tree: TreeHash,
  baseline: BuildBaseline | TreeBuild,
): Promise<void> {
  const { status, diagnostics, problem, durationMs } = baseline;
  await writeBaseline(pathOf(workspace, tree, 'build'), { status, diagnostics, problem, durationMs });
}

/** Keeps the tests of a tree that may become the untouched one. */
export async function saveTestBaseline(
  workspace: GateWorkspace,
  tree: TreeHash,
  baseline: TestBaseline,
): Promise<void> {
  await writeBaseline(pathOf(workspace, tree, 'tests'), baseline);
}

/** How texts and paths of the shadow become those of the repository. */
export function createMapOptions(workspace: GateWorkspace): MapOptions {
  const { shadow } = workspace;
  return { relativize: createRelativizer(shadow.treeDir), translate: shadow.translate };
}

/** True when any member of the shadow as it is now has a library whose documentation `cargo test --doc` would run. */
export async function hasDocTests({ shadow }: GateWorkspace): Promise<boolean> {
  const layout = await readLayout(shadow.treeDir, shadow.env);
  return layout.packages.some((member) => member.hasDoctests);
}

type RunOptions = { mode: ResolveMode; signal?: AbortSignal };

async function makeBuild(workspace: GateWorkspace, options: RunOptions): Promise<BuildBaseline> {
  const { shadow } = workspace;
  workspace.onProgress({
    stage: 'baseline',
    done: 0,
    total: null,
    unit: 'steps',
    message: 'Checking the untouched tree',
  });
  await shadow.restore();
  const session = shadow.createSession();
  const built = await buildTree(session, {
    mode: options.mode,
    map: createMapOptions(workspace),
    timeoutMs: BUILD_TIMEOUT_MS,
    isExhaustive: true,
    ...signalOf(options),
  });
  shadow.keepLeftovers();
  return {
    status: built.status,
    diagnostics: built.diagnostics,
    problem: built.problem,
    durationMs: built.durationMs,
  };
}

async function makeTests(workspace: GateWorkspace, options: RunOptions): Promise<TestBaseline> {
  const { shadow } = workspace;
  workspace.onProgress({
    stage: 'baseline',
    done: 0,
    total: null,
    unit: 'tests',
    message: 'Testing the untouched tree',
  });
  await shadow.restore();
  const session = shadow.createSession();
  const map = createMapOptions(workspace);
  const build = await runBuild(session, ['test', '--workspace', '--no-run'], {
    ...options,
    map,
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (build.status !== 'ok') return { run: null, problem: 'the tests of the untouched tree do not build' };
  const runOptions = { ...options, mode: build.mode, map, timeoutMs: TEST_TIMEOUT_MS };
  let run: TestRun = await runTests(session, runOptions);
  if (!run.isTimedOut && (await hasDocTests(workspace)))
    run = mergeRuns(run, await runDocTests(session, runOptions));
  shadow.keepLeftovers();
  return run.isTimedOut
    ? { run: null, problem: 'the tests of the untouched tree did not end in time' }
    : { run, problem: null };
}

function pathOf(workspace: GateWorkspace, tree: TreeHash, kind: 'build' | 'tests'): string {
  const { shadow } = workspace;
  const key = hashText([tree, shadow.toolchain, digestEnvironment(shadow.env)].join('\n'));
  return join(shadow.homeDir, 'baselines', `${key}.${kind}.json`);
}

async function readBaseline<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function writeBaseline(path: string, value: BuildBaseline | TestBaseline): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(value));
  await rename(`${path}.new`, path);
}
