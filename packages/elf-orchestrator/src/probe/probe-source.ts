import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { TextReader } from './cgroup-memory.js';

/** Everything the probe asks of a machine; given by tests, or taken from the machine at hand. */
export interface ProbeSource {
  platform: string;
  arch: string;
  cores: number;
  cpuModel: string;
  totalBytes: number;
  freeBytes: number;
  /** What the runtime says about a memory constraint: 0, undefined or a huge number when there is none. */
  constrainedBytes: number | undefined;
  readText: TextReader;
  /** Runs a command by its arguments; null when it is missing, fails or takes too long. */
  runCommand: (file: string, args: readonly string[]) => Promise<string | null>;
}

const COMMAND_TIMEOUT_MS = 2_000;
const execFileAsync = promisify(execFile);

/** Takes the facts of the machine at hand. */
export function createMachineSource(): ProbeSource {
  return {
    platform: process.platform,
    arch: process.arch,
    cores: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? '',
    totalBytes: totalmem(),
    freeBytes: freemem(),
    constrainedBytes: process.constrainedMemory(),
    readText: readSmallFile,
    runCommand: runQuietly,
  };
}

/** Reads a small text file; null when it cannot be read. */
export function readSmallFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Runs a command by its arguments for at most two seconds; null when it is missing or fails. */
export async function runQuietly(file: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await execFileAsync(file, [...args], {
      timeout: COMMAND_TIMEOUT_MS,
      windowsHide: true,
    });
    return stdout;
  } catch {
    return null;
  }
}
