import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CliError } from '../errors.js';

/** Where the workspace and what we keep about it are. */
export interface RepositoryPlace {
  /** Absolute, symlinks resolved. */
  root: string;
  isGit: boolean;
  /** Folder of the git repository around the root; null without one. */
  gitRoot: string | null;
  /** The CodeGraph and the run logs; inside the repository with an ignore file of its own unless chosen otherwise. */
  stateDir: string;
  /** Shadow workspaces and baselines: big, rebuildable, never inside the repository. */
  cacheDir: string;
}

export interface LocateOptions {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  stateDir?: string;
}

/**
 * Finds the cargo workspace around a folder: the topmost `Cargo.toml` at or above it, not above the git repository.
 *
 * @throws CliError PT_CLI_NOT_A_REPOSITORY when the folder does not exist
 * @throws CliError PT_CLI_NOT_RUST when there is no such `Cargo.toml`
 */
export async function locateRepository(options: LocateOptions): Promise<RepositoryPlace> {
  const start = await resolveFolder(options.cwd);
  const gitRoot = await findUpwards(start, '.git');
  const root = await findTopManifest(start, gitRoot);
  if (root === undefined) {
    throw new CliError('PT_CLI_NOT_RUST', {
      message: `No Cargo.toml in ${displayPath(start)} or above it. Run inside a Rust workspace or give one with -C`,
      details: { path: displayPath(start), missing: 'Cargo.toml' },
    });
  }
  return {
    root,
    isGit: gitRoot !== undefined,
    gitRoot: gitRoot ?? null,
    stateDir:
      options.stateDir === undefined ? join(root, '.parseltongue') : resolve(options.cwd, options.stateDir),
    cacheDir: join(
      cacheHome(options.env),
      'parseltongue',
      createHash('sha256').update(root).digest('hex').slice(0, 16),
    ),
  };
}

async function resolveFolder(cwd: string): Promise<string> {
  try {
    const path = await realpath(cwd);
    if ((await stat(path)).isDirectory()) return path;
  } catch (cause) {
    throw notAFolder(cwd, cause);
  }
  throw notAFolder(cwd, undefined);
}

function notAFolder(path: string, cause: unknown): CliError {
  return new CliError('PT_CLI_NOT_A_REPOSITORY', {
    message: `${displayPath(path)} is not a folder. Give the path of a Rust repository`,
    details: { path: displayPath(path) },
    cause,
  });
}

async function findUpwards(start: string, name: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (await exists(join(folder, name))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function findTopManifest(start: string, limit: string | undefined): Promise<string | undefined> {
  let found: string | undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    if (await exists(join(folder, 'Cargo.toml'))) found = folder;
    if (folder === limit || dirname(folder) === folder) return found;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function cacheHome(env: LocateOptions['env']): string {
  return env.PARSELTONGUE_CACHE_DIR ?? env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache');
}

function displayPath(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
