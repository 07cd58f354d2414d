import { createHash } from 'node:crypto';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isInsidePath } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';

/**
 * Text and hash of a file of the repository; undefined when there is none or it is not UTF-8.
 *
 * @throws CliError PT_CLI_USAGE when the path leaves the repository, also by a symlink
 */
export async function readSource(
  root: string,
  path: string,
): Promise<{ text: string; hash: string } | undefined> {
  if (!isInsidePath(path)) throw outside(path);
  const absolute = join(root, path);
  const found = await lstat(absolute).catch(() => undefined);
  if (found === undefined) return undefined;
  const real = await realpath(absolute);
  if (!real.startsWith(`${await realpath(root)}${sep}`)) throw outside(path);
  if (!found.isFile()) return undefined;
  const bytes = await readFile(absolute);
  const text = decode(bytes);
  return text === undefined ? undefined : { text, hash: createHash('sha256').update(bytes).digest('hex') };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function outside(path: string): CliError {
  return new CliError('PT_CLI_USAGE', {
    message: `${path} leaves the repository. Give a path inside it`,
    details: { argument: path },
  });
}
