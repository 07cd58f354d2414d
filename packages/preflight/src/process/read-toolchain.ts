import { PreflightError } from '../errors.js';
import { installHint, runProcess } from './run-process.js';

const VERSION_TIMEOUT_MS = 30_000;

/**
 * What `rustc -Vv` and `cargo -V` say in `cwd`, as one text.
 *
 * @throws PreflightError PT_PREFLIGHT_TOOL_MISSING when either is absent or does not run there
 */
export async function readToolchain(cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const [rustc, cargo] = await Promise.all([
    readVersion(['rustc', '-Vv'], cwd, env),
    readVersion(['cargo', '-V'], cwd, env),
  ]);
  return `${rustc.trim()}\n${cargo.trim()}`;
}

/** The name rustup gives the toolchain that is active in `cwd`; null without rustup. */
export async function readActiveToolchain(
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string | null> {
  try {
    const text = await readVersion(['rustup', 'show', 'active-toolchain'], cwd, env);
    return text.trim().split(/\s/)[0] ?? null;
  } catch {
    return null;
  }
}

async function readVersion(
  argv: [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const result = await runProcess({ argv, cwd, env, timeoutMs: VERSION_TIMEOUT_MS });
  if (result.exit === 0) return result.stdout;
  throw new PreflightError('PT_PREFLIGHT_TOOL_MISSING', {
    message: `${argv.join(' ')} does not run: ${result.stderr.trim().split('\n')[0] ?? 'no output'}. ${installHint(argv[0])}`,
    details: { tool: argv[0] },
  });
}
