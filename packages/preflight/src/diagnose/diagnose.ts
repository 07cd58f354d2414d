import type { CompilerDiagnostic, FileChange } from '@parseltongue/isg-core';
import { createMapOptions } from '../baseline/open-baselines.js';
import { errorsOf } from '../gates/build-tree.js';
import { type GateWorkspace, signalOf } from '../gates/gate-context.js';
import { readShadowText } from '../gates/read-texts.js';
import { mapRowKeys } from './map-row-keys.js';
import { type BuildOutcome, type ResolveMode, runBuild } from './run-build.js';

/** What the compiler says of the tree with some changes on top. */
export interface DiagnosticsReport {
  build_ok: boolean;
  diagnostics: CompilerDiagnostic[];
  /** Why cargo could not build at all (manifest, dependencies, time-out), null when it could. */
  environment_problem: string | null;
  toolchain: string;
  /** The commands that ran, in order. */
  ran: string[][];
  clippy: { status: 'ran' | 'not_run'; reason: string | null };
}

export interface DiagnoseOptions {
  /** Ask clippy as well, once the tree compiles. Default false. */
  clippy?: boolean;
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 1_800_000;

/**
 * Compiles the workspace with its tests and examples in the shadow, with `changes` on top of the user's tree, and
 * answers with everything the compiler said, older problems included.
 *
 * Paths are repo-relative, spans are bytes of the changed texts, each diagnostic names the innermost row around it.
 */
export async function diagnoseChanges(
  workspace: GateWorkspace,
  changes: readonly FileChange[],
  options: DiagnoseOptions & { mode: ResolveMode },
): Promise<DiagnosticsReport> {
  const { shadow } = workspace;
  const { unsupported } = shadow.layout();
  if (unsupported !== null) return reportUnsupported(workspace, unsupported);
  await shadow.applyOverlay(changes);
  const session = shadow.createSession();
  const build = {
    mode: options.mode,
    map: createMapOptions(workspace),
    timeoutMs: workspace.limits.buildTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...signalOf(options),
  };
  const checked = await runBuild(
    session,
    ['check', '--workspace', '--tests', '--examples', '--keep-going'],
    build,
  );
  const lints = await askClippy(checked, options, (command) =>
    runBuild(session, command, { ...build, mode: checked.mode }),
  );
  const all = [...checked.diagnostics, ...lints.diagnostics];
  return {
    build_ok: checked.status === 'ok',
    diagnostics: await mapRowKeys(all, workspace.chunker, (path) => readShadowText(workspace, path)),
    environment_problem: checked.problem,
    toolchain: shadow.toolchain,
    ran: session.commands.map((command) => [...command]),
    clippy: lints.clippy,
  };
}

type Clippy = Pick<DiagnosticsReport, 'clippy' | 'diagnostics'>;

async function askClippy(
  checked: BuildOutcome,
  options: DiagnoseOptions,
  run: (command: readonly string[]) => Promise<BuildOutcome>,
): Promise<Clippy> {
  if (options.clippy !== true) return skipClippy('it was not asked for');
  if (checked.status !== 'ok') return skipClippy('the tree does not compile yet');
  const outcome = await run(['clippy', '--workspace', '--tests', '--examples', '--keep-going']);
  if (outcome.status === 'environment' || outcome.status === 'stopped') {
    return skipClippy(
      `${outcome.problem ?? ''}\nIf clippy is missing, run: rustup component add clippy`.trim(),
    );
  }
  // rustc's own warnings were reported by the check.
  const diagnostics = outcome.diagnostics.filter(
    (found) => found.tool === 'clippy' || errorsOf([found]).length > 0,
  );
  return { clippy: { status: 'ran', reason: null }, diagnostics };
}

function skipClippy(reason: string): Clippy {
  return { clippy: { status: 'not_run', reason }, diagnostics: [] };
}

function reportUnsupported(workspace: GateWorkspace, reason: string): DiagnosticsReport {
  return {
    build_ok: false,
    diagnostics: [],
    environment_problem: `This workspace cannot be built outside its place: ${reason}`,
    toolchain: workspace.shadow.toolchain,
    ran: [],
    clippy: { status: 'not_run', reason: 'the workspace cannot be built' },
  };
}
