import { spawn } from 'node:child_process';
import { PreflightError } from '../errors.js';
import { gitEnvironment, gitSwitches } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/**
 * Reads the bytes of many objects with one git process, in the order of their names.
 *
 * @throws PreflightError PT_PREFLIGHT_GIT_FAILED when an object is missing
 */
export async function readObjects(context: TreeContext, oids: readonly string[]): Promise<Buffer[]> {
  if (oids.length === 0) return [];
  const args = ['cat-file', '--batch'];
  const output = await collect(context, args, oids.map((oid) => `${oid}\n`).join(''));
  return parseBatch(output, oids, args);
}

function collect(context: TreeContext, args: readonly string[], input: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...gitSwitches({}), ...args], {
      cwd: context.root,
      env: gitEnvironment(context.env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => stdout.push(data));
    child.stderr.on('data', (data: Buffer) => stderr.push(data));
    child.stdin.on('error', () => undefined); // git may end before it has read everything
    child.on('error', reject);
    child.on('close', (exit) => {
      if (exit === 0) resolve(Buffer.concat(stdout));
      else reject(failure(args, exit, Buffer.concat(stderr).toString('utf8')));
    });
    child.stdin.end(input);
  });
}

/** Each answer is `<oid> <type> <size>\n<bytes>\n`, or `<oid> missing\n`. */
function parseBatch(output: Buffer, oids: readonly string[], args: readonly string[]): Buffer[] {
  const objects: Buffer[] = [];
  let at = 0;
  for (const oid of oids) {
    const lineEnd = output.indexOf(0x0a, at);
    const header = output.subarray(at, lineEnd).toString('utf8').split(' ');
    const size = Number.parseInt(header[2] ?? '', 10);
    if (Number.isNaN(size)) throw failure(args, null, `${oid} is missing`);
    objects.push(output.subarray(lineEnd + 1, lineEnd + 1 + size));
    at = lineEnd + 1 + size + 1;
  }
  return objects;
}

function failure(
  args: readonly string[],
  exit: number | null,
  stderr: string,
): PreflightError<'PT_PREFLIGHT_GIT_FAILED'> {
  return new PreflightError('PT_PREFLIGHT_GIT_FAILED', {
    message: `git ${args[0] ?? ''} failed: ${stderr.trim()}. Check the repository with git fsck`,
    details: { argv: ['git', ...args], exit, stderr },
  });
}
