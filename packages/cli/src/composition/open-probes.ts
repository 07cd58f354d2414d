import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@parseltongue/codegraph-store';
import {
  assessLocalTier,
  type DaemonStatus,
  probeSystem,
  readDaemonStatus,
} from '@parseltongue/elf-orchestrator';
import {
  type AbsentAnalyzer,
  type FoundAnalyzer,
  locateAnalyzer,
  probeConfinement,
  readLeftover,
  recoverJournal,
  runProcess,
} from '@parseltongue/preflight';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import { analyzerFolder } from './analyzer-folder.js';
import { readElfPaths } from './run-elf-command.js';
import { createTreeContext } from './tree-context.js';

/** What the doctor asks of the stages. */
export interface Probes {
  /** First line a program prints of its version; undefined when it does not start. */
  readVersion(argv: [string, ...string[]]): Promise<string | undefined>;
  /** Version of an optional engine's package; undefined when it is not installed. */
  readEngineVersion(packageName: string): Promise<string | undefined>;
  readSystem(): Promise<{ detail: string; isLocalTierOn: boolean; reason: string }>;
  locateAnalyzer(cwd: string): Promise<FoundAnalyzer | AbsentAnalyzer>;
  /** One sentence: what keeps builds and tests in, or why nothing does. */
  describeConfinement(): Promise<string>;
  /** The daemon of the local models. */
  readElfStatus(): Promise<DaemonStatus>;
  /** Runs a repair; what it said when it failed. */
  repair(argv: [string, ...string[]]): Promise<string | undefined>;
  /** Brings an interrupted apply to its end; what went wrong. */
  recover(place: RepositoryPlace): Promise<string | undefined>;
  /** Takes a dead process's lock of the CodeGraph and gives it back; what went wrong, e.g. that it lives. */
  clearLock(place: RepositoryPlace): Promise<string | undefined>;
  /** Removes the socket of the local models where nobody answers on it; what went wrong. */
  clearElfSocket(): Promise<string | undefined>;
  /** What an interrupted apply left behind. */
  readLeftover(place: RepositoryPlace): Promise<string | undefined>;
}

const PROBE_TIMEOUT_MS = 10_000;
const REPAIR_TIMEOUT_MS = 600_000;
const GIB = 1024 ** 3;

/** Probes of this machine. */
export function openProbes(context: CliContext): Probes {
  const env = Object.fromEntries(
    Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const prefixDir = analyzerFolder(env);
  return {
    async readVersion(argv) {
      const result = await runProcess({ argv, cwd: context.cwd, env, timeoutMs: PROBE_TIMEOUT_MS }).catch(
        () => undefined,
      );
      return result?.exit === 0 ? result.stdout.split('\n')[0]?.trim() : undefined;
    },
    readEngineVersion: (packageName) => readPackageVersion(packageName),
    async readSystem() {
      const probe = await probeSystem();
      const tier = assessLocalTier(probe);
      const memory = `${(probe.effectiveLimitBytes / GIB).toFixed(1)} GiB usable, ${(probe.availableBytes / GIB).toFixed(1)} GiB free`;
      const gpu = probe.gpu === null ? 'no GPU' : probe.gpu.name;
      return {
        detail: `${probe.cores} cores, ${memory}, ${gpu}, ${probe.platform} ${probe.arch}`,
        isLocalTierOn: tier.isOn,
        reason: tier.reasons.map(({ message }) => message).join('; '),
      };
    },
    locateAnalyzer: (cwd) => locateAnalyzer({ cwd, env, prefixDir }),
    describeConfinement: async () => (await probeConfinement({ env, readable: [prefixDir] })).statement,
    readElfStatus: () => readDaemonStatus(readElfPaths(env).socketPath),
    async repair(argv) {
      const { cwd, signal } = context;
      try {
        const result = await runProcess({ argv, cwd, env, timeoutMs: REPAIR_TIMEOUT_MS, signal });
        return result.exit === 0 ? undefined : result.stderr.trim().slice(-500) || `status ${result.exit}`;
      } catch (error) {
        signal.throwIfAborted();
        return error instanceof Error ? error.message : String(error);
      }
    },
    recover: (place) =>
      describeProblem(async () => {
        await recoverJournal(createTreeContext(place, context.env));
      }),
    clearLock: (place) =>
      describeProblem(async () => {
        await using _store = await openStore({ dir: place.stateDir, signal: context.signal });
      }),
    clearElfSocket: () =>
      describeProblem(async () => {
        const { socketPath } = readElfPaths(env);
        if ((await readDaemonStatus(socketPath)).state === 'stale') await rm(socketPath, { force: true });
      }),
    readLeftover: (place) => readLeftover(createTreeContext(place, context.env)),
  };
}

async function describeProblem(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Version of an installed package whose exports do not include its manifest. */
async function readPackageVersion(packageName: string): Promise<string | undefined> {
  try {
    const entry = import.meta.resolve(packageName);
    const folder = entry.slice(0, entry.lastIndexOf(`/${packageName}/`) + packageName.length + 2);
    const manifest = JSON.parse(await readFile(fileURLToPath(`${folder}package.json`), 'utf8')) as {
      version: string;
    };
    return manifest.version;
  } catch {
    return undefined;
  }
}
