import { canonicalJson } from '@parseltongue/isg-core';
import { hashText } from '../tree-hash.js';

/** An environment as the caller has it. */
export type GivenEnvironment = Readonly<Record<string, string | undefined>>;

/** Variables a Rust build may see; a missing one of these would rebuild the world, any other one is a leak. */
const ALLOWED_NAMES = new Set([
  'PATH',
  'HOME',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'RUSTUP_TOOLCHAIN',
  'RUSTFLAGS',
  'RUSTDOCFLAGS',
  'CARGO_ENCODED_RUSTFLAGS',
  'CARGO_INCREMENTAL',
  'CARGO_BUILD_TARGET',
  'RUSTC_WRAPPER',
  'RUSTC_WORKSPACE_WRAPPER',
  'LANG',
  'TMPDIR',
]);
const ALLOWED_PREFIXES = ['CARGO_PROFILE_', 'CARGO_TARGET_', 'CC', 'PKG_CONFIG'];
const REFUSED_NAMES = new Set(['CARGO_TARGET_DIR']);
/** Variables that would point git at another repository or read paths as patterns. */
const GIT_LOCATION =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|\w+_PATHSPECS)$/;

/** Selects the variables a build, a test or rustfmt may see; `further` names some the repository needs besides. */
export function selectBuildEnvironment(
  given: GivenEnvironment,
  further: readonly string[] = [],
): Record<string, string> {
  const selected = pick(given, (name) => {
    if (REFUSED_NAMES.has(name)) return false;
    if (further.includes(name)) return true;
    return ALLOWED_NAMES.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix));
  });
  return { ...selected, TERM: 'dumb', CARGO_TERM_COLOR: 'never' };
}

/** Everything but what would point git elsewhere: hooks of the user expect their surroundings. */
export function selectGitEnvironment(given: GivenEnvironment): Record<string, string> {
  return pick(given, (name) => !GIT_LOCATION.test(name));
}

/** sha-256 over names and values, so that two receipts can be told apart by environment without naming a value. */
export function digestEnvironment(env: Readonly<Record<string, string>>): string {
  return hashText(canonicalJson(env));
}

function pick(given: GivenEnvironment, isAllowed: (name: string) => boolean): Record<string, string> {
  const entries = Object.entries(given).flatMap(([name, value]): [string, string][] =>
    value !== undefined && isAllowed(name) ? [[name, value]] : [],
  );
  return Object.fromEntries(entries);
}
