import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { runProcess } from '../process/run-process.js';

const MetadataSchema = z.object({
  workspace_root: z.string(),
  target_directory: z.string(),
  packages: z.array(
    z.object({
      name: z.string(),
      edition: z.string(),
      manifest_path: z.string(),
      targets: z.array(
        z.object({ name: z.string(), kind: z.array(z.string()), doctest: z.boolean().default(false) }),
      ),
      dependencies: z.array(z.object({ path: z.string().nullish() })),
    }),
  ),
});
type Metadata = z.infer<typeof MetadataSchema>;

/** One member of the workspace. */
export interface PackageFacts {
  name: string;
  edition: string;
  /** Repo-relative folder, `''` for the root. */
  folder: string;
  hasDoctests: boolean;
}

/** What cargo says of a workspace without resolving its dependencies. */
export interface WorkspaceLayout {
  packages: PackageFacts[];
  /** Absolute; where the user's own builds go. */
  targetDir: string;
  /** Absolute folders of members and path dependencies outside the root. */
  outside: string[];
  /** Why this workspace cannot be built at another place, null when it can. */
  unsupported: string | null;
  /** What cargo said when it could not read the manifests, null when it could. */
  problem: string | null;
}

const METADATA_TIMEOUT_MS = 60_000;
const MAX_OUTSIDE = 64;

/**
 * Reads the layout of the workspace at `root` (an absolute, real path).
 *
 * Resolves nothing and writes nothing, so neither the lock file nor the target folder is touched. `env` may name the
 * user's own `CARGO_TARGET_DIR`. A manifest cargo rejects gives a layout with `problem` set.
 */
export async function readLayout(
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<WorkspaceLayout> {
  const metadata = await readMetadata(root, env);
  const fallback = env['CARGO_TARGET_DIR'] ?? 'target';
  if (typeof metadata === 'string') {
    const targetDir = isAbsolute(fallback) ? fallback : join(root, fallback);
    return { packages: [], targetDir, outside: [], unsupported: null, problem: metadata };
  }
  const outside = await collectOutside(root, metadata, env);
  const isNested = (await realpath(metadata.workspace_root)) !== root;
  const unsupported = isNested
    ? `the folder is a member of a workspace above it (${relative(root, metadata.workspace_root)}); open that workspace's root instead`
    : outside.length > MAX_OUTSIDE
      ? `${outside.length} path dependencies lie outside the repository, the first is ${relative(root, outside[0] ?? '')}`
      : null;
  return {
    packages: metadata.packages
      .filter((member) => isBelow(root, member.manifest_path))
      .map((member) => describePackage(root, member)),
    targetDir: metadata.target_directory,
    outside,
    unsupported,
    problem: null,
  };
}

/** The edition of the package a file belongs to: the member whose folder is the longest prefix. */
export function editionOf(layout: WorkspaceLayout, path: string): string {
  const owners = layout.packages.filter(
    (member) => member.folder === '' || path.startsWith(`${member.folder}/`),
  );
  const owner = owners.sort((a, b) => b.folder.length - a.folder.length)[0];
  return owner?.edition ?? '2021';
}

/** True when `path` is `folder` or lies below it; both absolute. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

async function readMetadata(cwd: string, env: Readonly<Record<string, string>>): Promise<Metadata | string> {
  const result = await runProcess({
    argv: ['cargo', 'metadata', '--format-version', '1', '--no-deps', '--offline'],
    cwd,
    env,
    timeoutMs: METADATA_TIMEOUT_MS,
    maxOutputBytes: 256 * 1024 * 1024,
  });
  if (result.exit !== 0) return result.stderr.trim() || 'cargo metadata failed';
  const parsed = MetadataSchema.safeParse(JSON.parse(result.stdout));
  return parsed.success ? parsed.data : 'cargo metadata answers in a form this version does not know';
}

async function collectOutside(
  root: string,
  metadata: Metadata,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found = new Set<string>();
  const queue = [...listFolders(metadata)];
  for (const folder of queue) {
    const real = await realpath(folder).catch(() => folder);
    if (isBelow(root, real) || found.has(real)) continue;
    found.add(real);
    const nested = await readMetadata(real, env);
    if (typeof nested !== 'string') queue.push(...listFolders(nested));
  }
  return [...found].sort();
}

function listFolders(metadata: Metadata): string[] {
  return metadata.packages.flatMap((member) => [
    dirname(member.manifest_path),
    ...member.dependencies.flatMap((dependency) =>
      typeof dependency.path === 'string' ? [dependency.path] : [],
    ),
  ]);
}

function describePackage(root: string, member: Metadata['packages'][number]): PackageFacts {
  return {
    name: member.name,
    edition: member.edition,
    folder: relative(root, dirname(member.manifest_path)).replaceAll('\\', '/'),
    hasDoctests: member.targets.some((target) => target.doctest),
  };
}
