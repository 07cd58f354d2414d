import { lstatSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Scratch } from './agent.js';

/** Folders that are never copied: version control, build output, packages of other ecosystems. */
const LEFT_OUT = new Set(['target', 'node_modules']);

/**
 * Copies a source tree into a temporary folder. Hidden files and folders stay behind (`.cargo` and `.gitignore` come along),
 * so do links: nothing in the copy leads out of it.
 */
export async function openScratchCopy(root: string, options: { parentDir?: string } = {}): Promise<Scratch> {
  const dir = await mkdtemp(join(options.parentDir ?? tmpdir(), 'scratch-'));
  await cp(root, dir, { recursive: true, filter: (path) => path === root || isCopied(path) });
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

function isCopied(path: string): boolean {
  const name = basename(path);
  if (LEFT_OUT.has(name)) return false;
  if (name.startsWith('.') && name !== '.cargo' && name !== '.gitignore') return false;
  const stat = lstatSync(path);
  return stat.isFile() || stat.isDirectory();
}
