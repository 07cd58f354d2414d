import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { PreflightError } from '../errors.js';
import { type ProcessResult, runProcess } from '../process/run-process.js';

/** A rust-analyzer that answered for itself. */
export interface FoundAnalyzer {
  status: 'found';
  /** The program and the arguments that come before any other. */
  command: readonly [string, ...string[]];
  /** `1.95.0`, or the date of a nightly build. */
  version: string;
  /** Its whole answer to `--version`. */
  describes: string;
  /** Sources of the standard library, null when there are none. */
  sysrootSrc: string | null;
  /** Why its word must not block, null when it may. */
  doubt: string | null;
}

/** Why there is no analyzer, and how to get one. */
export interface AbsentAnalyzer {
  status: 'absent';
  reason: string;
}

/** Where to look. */
export interface LocateAnalyzerOptions {
  /** A folder in which rustup chooses the toolchain. */
  cwd: string;
  /** What the programs may see; needs PATH. */
  env: Readonly<Record<string, string>>;
  /** A program to use instead of looking for one. */
  command?: readonly [string, ...string[]];
  /** Folder a set-up wrote a private analyzer into; it holds `analyzer.json`. */
  prefixDir?: string;
  signal?: AbortSignal;
}

/** What the set-up script leaves in its folder. */
const PrefixSchema = z.object({ program: z.string(), sysroot_src: z.string().nullable() });

const PROBE_TIMEOUT_MS = 30_000;
const HINT =
  'Run: rustup component add rust-analyzer rust-src. Without rustup, tools/rust-analyzer/install.mjs of the repository unpacks one into a private folder';

/**
 * Finds a rust-analyzer by running it: the one given, rustup's, one on the PATH, then the private one.
 *
 * rustup puts a program of that name on the PATH whether or not the component is installed, so a name alone proves nothing.
 * An analyzer older than the compiler, or without sources of the standard library, is found but doubted.
 */
export async function locateAnalyzer(
  options: LocateAnalyzerOptions,
): Promise<FoundAnalyzer | AbsentAnalyzer> {
  const refusals: string[] = [];
  for (const candidate of await listCandidates(options)) {
    const answer = await probe([...candidate.command, '--version'], options);
    const version = /^rust-analyzer\s+(\S+)/.exec(answer.stdout)?.[1];
    if (version !== undefined) return describe(candidate, { version, answer: answer.stdout.trim() }, options);
    refusals.push(firstLine(answer.stderr) || `exit ${answer.exit ?? 'by a signal'}`);
  }
  const tried = refusals.length === 0 ? 'no program of that name was found' : refusals[0];
  return { status: 'absent', reason: `rust-analyzer does not run here (${tried}). ${HINT}` };
}

interface Candidate {
  command: readonly [string, ...string[]];
  sysrootSrc: string | null;
}

async function listCandidates(options: LocateAnalyzerOptions): Promise<Candidate[]> {
  if (options.command !== undefined) return [{ command: options.command, sysrootSrc: null }];
  const programs = new Set<string>();
  const fromRustup = await probe(['rustup', 'which', 'rust-analyzer'], options);
  if (fromRustup.exit === 0) programs.add(fromRustup.stdout.trim());
  const name = process.platform === 'win32' ? 'rust-analyzer.exe' : 'rust-analyzer';
  for (const folder of (options.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, name))) programs.add(join(folder, name));
  }
  const found = [...programs].map((program): Candidate => ({ command: [program], sysrootSrc: null }));
  const own = readPrefix(options.prefixDir);
  return own === null ? found : [...found, own];
}

function readPrefix(folder: string | undefined): Candidate | null {
  if (folder === undefined) return null;
  try {
    const parsed = PrefixSchema.parse(JSON.parse(readFileSync(join(folder, 'analyzer.json'), 'utf8')));
    return { command: [parsed.program], sysrootSrc: parsed.sysroot_src };
  } catch {
    return null; // not set up, or half way
  }
}

async function describe(
  candidate: Candidate,
  said: { version: string; answer: string },
  options: LocateAnalyzerOptions,
): Promise<FoundAnalyzer> {
  const sysroot = (await probe(['rustc', '--print', 'sysroot'], options)).stdout.trim();
  const ownSources = join(sysroot, 'lib', 'rustlib', 'src', 'rust', 'library');
  const rustc = /^rustc (\S+)/.exec((await probe(['rustc', '-V'], options)).stdout)?.[1] ?? '';
  const sysrootSrc = existsSync(join(ownSources, 'core')) ? ownSources : candidate.sysrootSrc;
  return {
    status: 'found',
    command: candidate.command,
    version: said.version,
    describes: said.answer,
    sysrootSrc,
    doubt:
      options.command !== undefined
        ? null
        : sysrootSrc === null
          ? 'the sources of the standard library are not installed; run rustup component add rust-src'
          : isOlder(said.version, rustc)
            ? `rust-analyzer ${said.version} is older than rustc ${rustc} and cannot load its macros; run rustup component add rust-analyzer`
            : null,
  };
}

/** Compares major and minor; false when either is no version number. */
function isOlder(version: string, than: string): boolean {
  const [major, minor] = parseVersion(version);
  const [thanMajor, thanMinor] = parseVersion(than);
  if (major === undefined || thanMajor === undefined || minor === undefined || thanMinor === undefined)
    return false;
  return major === thanMajor ? minor < thanMinor : major < thanMajor;
}

function parseVersion(text: string): (number | undefined)[] {
  const match = /^(\d+)\.(\d+)\./.exec(text);
  return match === null ? [] : [Number(match[1]), Number(match[2])];
}

async function probe(
  argv: readonly string[],
  options: LocateAnalyzerOptions,
): Promise<Pick<ProcessResult, 'exit' | 'stdout' | 'stderr'>> {
  try {
    return await runProcess({
      argv: argv as [string, ...string[]],
      cwd: options.cwd,
      env: options.env,
      timeoutMs: PROBE_TIMEOUT_MS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (!PreflightError.isInstance(error)) throw error;
    return { exit: null, stdout: '', stderr: error.message };
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.trim() ?? '';
}
