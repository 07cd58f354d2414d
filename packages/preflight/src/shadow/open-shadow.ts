import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileChange } from '@parseltongue/isg-core';
import { PreflightError } from '../errors.js';
import type { Confinement } from '../ports.js';
import { type CommandSession, createCommandSession } from '../process/cargo-session.js';
import { readActiveToolchain, readToolchain } from '../process/read-toolchain.js';
import { type GivenEnvironment, selectBuildEnvironment } from '../process/select-environment.js';
import { hashText } from '../tree-hash.js';
import { canCloneFiles, cloneFiles } from './clone-files.js';
import { type CopyState, keepLeftovers, type SyncReport, syncTree, type TreePair } from './copy-tree.js';
import { listDisk } from './list-disk.js';
import { mirrorSurroundings } from './mirror-surroundings.js';
import { isBelow, readLayout, type WorkspaceLayout } from './read-layout.js';
import { type SeedReport, seedTarget } from './seed-target.js';

/** Where the repository is and where its shadow may live. */
export interface OpenShadowOptions {
  /** The workspace's root, absolute. */
  root: string;
  /** Absolute folder outside the repository; shadows of several repositories may share it. */
  stateDir: string;
  env: GivenEnvironment;
  /** Variables builds may see beyond the usual ones. */
  passEnv?: readonly string[];
  confinement?: Confinement;
  signal?: AbortSignal;
}

/**
 * A copy of the repository in which proposals are built and tested.
 *
 * It stays on disk between runs, so its artifacts stay warm. One user at a time: see `lockFolder`.
 */
export interface Shadow {
  /** The copy of the root, absolute. */
  readonly treeDir: string;
  /** Everything of this shadow: tree, artifacts, baselines. */
  readonly homeDir: string;
  /** What cargo may see; names a target folder of the shadow's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly toolchain: string;
  /** What was taken over from the user's artifacts when the shadow was made; null for one made earlier. */
  readonly seed: SeedReport | null;
  layout(): WorkspaceLayout;
  /** Makes the copy the user's tree as it is now with `changes` on top. */
  applyOverlay(changes: readonly FileChange[]): Promise<SyncReport>;
  /** Makes the copy the user's tree as it is now, by rewriting what differs. */
  restore(): Promise<SyncReport>;
  /** Declares what builds of the untouched tree wrote into the copy part of it. */
  keepLeftovers(): void;
  /** A new session of commands in the copy. */
  createSession: () => CommandSession;
  /** What every command is kept in, null when nothing keeps it. */
  readonly confinement: Confinement | null;
  /** A text with the shadow's paths taken out, so that files read repo-relative. */
  translate: (text: string) => string;
}

const STATE_VERSION = 1;

interface SavedState {
  version: number;
  trees: Record<string, CopyState>;
}

/**
 * Opens the shadow of a repository, making it on first use.
 *
 * @throws PreflightError PT_PREFLIGHT_STATE_DIR_INSIDE, PT_PREFLIGHT_SHADOW_FAILED, PT_PREFLIGHT_TOOL_MISSING
 */
export async function openShadow(options: OpenShadowOptions): Promise<Shadow> {
  const root = await realpath(options.root);
  mkdirSync(options.stateDir, { recursive: true });
  const stateDir = await realpath(options.stateDir);
  assertApart(root, stateDir);
  const homeDir = join(stateDir, `shadow-${hashText(root).slice(0, 16)}`);
  const place: Place = { root, homeDir, base: join(homeDir, 'fs'), targetDir: join(homeDir, 'target') };
  const buildEnv = selectBuildEnvironment(options.env, options.passEnv);
  const userTarget = options.env['CARGO_TARGET_DIR'];
  const metadataEnv = userTarget === undefined ? buildEnv : { ...buildEnv, CARGO_TARGET_DIR: userTarget };
  const layout = await readLayout(root, metadataEnv);
  const saved = readState(place);
  const seed = saved === null ? await createShadow(place, layout, { ...options, env: buildEnv }) : null;
  if (seed !== null) writeState(place, seed.state);
  const trees = new TreeSet(place, layout, seed?.state ?? saved ?? { version: STATE_VERSION, trees: {} });
  mirrorSurroundings({
    root,
    base: place.base,
    cargoHome: buildEnv['CARGO_HOME'] ?? join(buildEnv['HOME'] ?? '/', '.cargo'),
  });
  const { env, toolchain } = await resolveToolchain(place, buildEnv);
  const { confinement = null } = options;
  const treeDir = mirrorOf(place, root);
  const translate = (text: string): string => text.replaceAll(`${treeDir}/`, '').replaceAll(place.base, '');
  return {
    treeDir,
    homeDir,
    env,
    toolchain,
    seed: seed?.report ?? null,
    layout: () => trees.layout,
    async applyOverlay(changes) {
      const report = trees.sync(changes);
      if (trees.isManifestChanged()) trees.layout = await readLayout(root, metadataEnv);
      return report;
    },
    restore: () => Promise.resolve(trees.sync([])),
    keepLeftovers: () => trees.keepLeftovers(),
    createSession: () =>
      createCommandSession({ cwd: treeDir, env, translate, confinement, writable: [homeDir] }),
    confinement,
    translate,
  };
}

interface Place {
  root: string;
  homeDir: string;
  base: string;
  targetDir: string;
}

/** The copies of the root and of the folders outside it, and their memory. */
class TreeSet {
  layout: WorkspaceLayout;
  readonly #place: Place;
  readonly #state: SavedState;
  #manifestKey: string | undefined;

  constructor(place: Place, layout: WorkspaceLayout, state: SavedState) {
    this.#place = place;
    this.layout = layout;
    this.#state = state;
  }

  sync(changes: readonly FileChange[]): SyncReport {
    const report: SyncReport = { written: 0, removed: 0 };
    for (const pair of this.#pairs()) {
      const part = syncTree(pair, pair.source === this.#place.root ? changes : [], this.#stateOf(pair));
      report.written += part.written;
      report.removed += part.removed;
    }
    writeState(this.#place, this.#state);
    return report;
  }

  keepLeftovers(): void {
    for (const pair of this.#pairs()) keepLeftovers(pair, this.#stateOf(pair));
    writeState(this.#place, this.#state);
  }

  /** True when a manifest of the user's tree changed since the last call. */
  isManifestChanged(): boolean {
    const files = this.#state.trees[this.#place.root]?.files ?? {};
    const manifests = Object.entries(files).filter(
      ([path]) => path === 'Cargo.toml' || path.endsWith('/Cargo.toml'),
    );
    const key = manifests.map(([path, file]) => `${path}:${file.hash}`).join('\n');
    const isChanged = this.#manifestKey !== undefined && this.#manifestKey !== key;
    this.#manifestKey = key;
    return isChanged;
  }

  #pairs(): TreePair[] {
    return pairsOf(this.#place, this.layout);
  }

  #stateOf(pair: TreePair): CopyState {
    const known = this.#state.trees[pair.source];
    if (known !== undefined) return known;
    const fresh: CopyState = { files: {}, kept: [] };
    this.#state.trees[pair.source] = fresh;
    return fresh;
  }
}

function pairsOf(place: Place, layout: WorkspaceLayout): TreePair[] {
  const sources = [place.root, ...layout.outside];
  return sources.map((source) => ({ source, copy: mirrorOf(place, source), skipDirs: [layout.targetDir] }));
}

/** The place of an absolute path in the shadow: the whole path is mirrored, so that `..` leads to the right folder. */
function mirrorOf(place: Place, path: string): string {
  return join(place.base, path);
}

interface Created {
  report: SeedReport;
  state: SavedState;
}

async function createShadow(
  place: Place,
  layout: WorkspaceLayout,
  options: { env: Readonly<Record<string, string>>; signal?: AbortSignal },
): Promise<Created> {
  rmSync(place.homeDir, { recursive: true, force: true });
  mkdirSync(place.targetDir, { recursive: true });
  const state: SavedState = { version: STATE_VERSION, trees: {} };
  for (const { source } of pairsOf(place, layout)) state.trees[source] = { files: {}, kept: [] };
  const limits = options.signal === undefined ? {} : { signal: options.signal };
  if (!(await canCloneFiles(options.env))) {
    return {
      report: { linked: 0, copied: 0, skipped: 'cp of this system does not keep nanosecond times' },
      state,
    };
  }
  for (const pair of pairsOf(place, layout)) {
    mkdirSync(pair.copy, { recursive: true });
    const entries = [...listDisk(pair.source, pair.skipDirs)].filter(([, entry]) => !entry.isLink);
    const paths = entries.map(([path]) => path);
    await cloneFiles({ from: pair.source, to: pair.copy, paths, env: options.env, ...limits });
  }
  const report = await seedTarget(layout.targetDir, place.targetDir, { env: options.env, ...limits });
  return { report, state };
}

async function resolveToolchain(
  place: Place,
  buildEnv: Readonly<Record<string, string>>,
): Promise<{ env: Record<string, string>; toolchain: string }> {
  const env = { ...buildEnv, CARGO_TARGET_DIR: place.targetDir, CARGO_BUILD_BUILD_DIR: place.targetDir };
  const treeDir = mirrorOf(place, place.root);
  mkdirSync(treeDir, { recursive: true });
  const [toolchain, inShadow] = await Promise.all([
    readToolchain(place.root, buildEnv),
    readToolchain(treeDir, env),
  ]);
  if (toolchain === inShadow) return { env, toolchain };
  // A toolchain chosen for the user's folder by rustup does not follow to another path.
  const name = await readActiveToolchain(place.root, buildEnv);
  return { env: name === null ? env : { ...env, RUSTUP_TOOLCHAIN: name }, toolchain };
}

function assertApart(root: string, stateDir: string): void {
  if (isBelow(root, stateDir)) {
    throw new PreflightError('PT_PREFLIGHT_STATE_DIR_INSIDE', {
      message:
        'The state folder lies inside the repository, where cargo and git would see it. Choose one outside, such as a cache folder',
      details: { reason: 'the state folder lies inside the repository' },
    });
  }
  for (let folder = stateDir; folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, 'Cargo.toml'))) continue;
    throw new PreflightError('PT_PREFLIGHT_STATE_DIR_INSIDE', {
      message:
        'The state folder lies inside another cargo project, which would become its workspace. Choose one outside, such as a cache folder',
      details: { reason: 'the state folder lies inside a cargo project' },
    });
  }
}

function readState(place: Place): SavedState | null {
  try {
    const state = JSON.parse(readFileSync(join(place.homeDir, 'state.json'), 'utf8')) as SavedState;
    return state.version === STATE_VERSION ? state : null;
  } catch {
    return null;
  }
}

function writeState(place: Place, state: SavedState): void {
  const path = join(place.homeDir, 'state.json');
  writeFileSync(`${path}.new`, JSON.stringify(state));
  renameSync(`${path}.new`, path);
}
