import { type Edit, type EditRefusal, isInsidePath, pathOfKey } from '@parseltongue/isg-core';

/** The file an edit concerns. */
export function pathOfEdit(edit: Edit): string {
  return 'path' in edit.target ? edit.target.path : pathOfKey(edit.target.key);
}

/**
 * Refuses edits of files that decide how code is built, run or versioned, unless the user's request names the file.
 *
 * A change that edits its own judge is no change: hidden folders, toolchain files and build output are never a target;
 * manifests and build scripts only when asked for; the acceptance tests of a PRD belong to the user. Undefined when the edit may be placed.
 */
export function refuseProtected(
  edit: Edit,
  { request, fixedPaths = [] }: { request: string; fixedPaths?: readonly string[] },
): EditRefusal | undefined {
  const path = pathOfEdit(edit);
  if (fixedPaths.includes(path)) {
    return refuse('unsupported', `${path} holds the acceptance tests of the PRD; only the user changes them`);
  }
  if (!isInsidePath(path)) return refuse('path_outside', `${path} is not a path inside the repository`);
  const segments = path.split('/');
  const name = segments.at(-1) ?? '';
  const isOffLimits =
    segments.some((segment) => segment.startsWith('.')) || segments[0] === 'target' || TOOLCHAIN.has(name);
  if (isOffLimits)
    return refuse('unsupported', `${path} decides how code is built or run; a proposal may not touch it`);
  if (!JUDGES.has(name) || request.includes(name)) return undefined;
  return refuse(
    'unsupported',
    `${path} decides how code is built; it is edited only when the request names ${name}`,
  );
}

const TOOLCHAIN = new Set(['rust-toolchain', 'rust-toolchain.toml']);
const JUDGES = new Set(['build.rs', 'Cargo.toml', 'Cargo.lock', 'clippy.toml', 'rustfmt.toml']);

function refuse(code: EditRefusal['code'], message: string): EditRefusal {
  return { code, message, candidates: [], current_text: null };
}
