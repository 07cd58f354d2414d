import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { runProcess } from '../process/run-process.js';
import type { Shadow } from '../shadow/open-shadow.js';
import { isBelow } from '../shadow/read-layout.js';
import { hashText } from '../tree-hash.js';

const TIMEOUT_MS = 60_000;
const MAX_SOURCE_BYTES = 400 * 1024 ** 2;
const ALL_FEATURES = '--all-features';
const WORD = /[A-Za-z_][A-Za-z0-9_]*/g;

const MetadataSchema = z.object({
  packages: z.array(z.object({ name: z.string(), manifest_path: z.string() })),
});

/** The words of dependencies and toolchain. */
export interface LibraryWords {
  words: ReadonlySet<string>;
  /** False when only what the default features need could be read. */
  hasAllFeatures: boolean;
}

/** Names the libraries a shadow is built with: its lock file and toolchain; null without a lock file. */
export async function readLibraryKey(shadow: Shadow): Promise<string | null> {
  const lock = await readFile(join(shadow.treeDir, 'Cargo.lock'), 'utf8').catch(() => null);
  return lock === null ? null : hashText([lock, shadow.toolchain].join('\n'));
}

/**
 * Every word that the libraries of the toolchain and the sources of the dependencies contain; null when it cannot be known.
 *
 * A word that is missing here and in the repository is the name of nothing. Needs the sources on this machine; nothing is
 * downloaded. Kept on disk under `key`.
 */
export async function readLibraryWords(shadow: Shadow, key: string): Promise<LibraryWords | null> {
  const file = join(shadow.homeDir, 'library-words', key);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) {
    const [head, ...words] = kept.split('\n');
    return { words: new Set(words), hasAllFeatures: head === ALL_FEATURES };
  }
  const words = new Set<string>();
  if (!(await addToolchain(shadow, words))) return null;
  const hasAllFeatures = await addDependencies(shadow, words, [ALL_FEATURES]);
  if (!hasAllFeatures && !(await addDependencies(shadow, words, []))) return null;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, [hasAllFeatures ? ALL_FEATURES : '', ...words].join('\n'));
  await rename(`${file}.new`, file);
  return { words, hasAllFeatures };
}

/** The words of a text. */
export function listWords(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The compiled libraries name everything they hold in plain text. */
async function addToolchain(shadow: Shadow, words: Set<string>): Promise<boolean> {
  const { env, treeDir: cwd } = shadow;
  const argv = ['rustc', '--print', 'target-libdir'] as const;
  const printed = await runProcess({ argv: [...argv], cwd, env, timeoutMs: TIMEOUT_MS });
  const folder = printed.stdout.trim();
  if (printed.exit !== 0) return false;
  const names = (await readdir(folder).catch(() => [])).filter((name) =>
    /^lib(std|core|alloc|proc_macro|test)-.*\.(rlib|rmeta)$/.test(name),
  );
  const metadata = names.filter((name) => name.endsWith('.rmeta'));
  const libraries = metadata.length > 0 ? metadata : names;
  for (const name of libraries) {
    const bytes = await readFile(join(folder, name));
    for (const word of listWords(bytes.toString('latin1'))) words.add(word);
  }
  return libraries.length > 0;
}

async function addDependencies(
  shadow: Shadow,
  words: Set<string>,
  options: readonly string[],
): Promise<boolean> {
  const printed = await runProcess({
    argv: ['cargo', 'metadata', '--format-version', '1', '--offline', '--locked', ...options],
    cwd: shadow.treeDir,
    env: shadow.env,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: 256 * 1024 ** 2,
  });
  if (printed.exit !== 0) return false;
  const { packages } = MetadataSchema.parse(JSON.parse(printed.stdout));
  const folders = packages.filter((found) => !isBelow(shadow.treeDir, found.manifest_path));
  let left = MAX_SOURCE_BYTES;
  for (const { name, manifest_path } of folders) {
    // a package of the lock file that was never fetched has no sources
    if ((await stat(manifest_path).catch(() => null)) === null) return false;
    words.add(name.replaceAll('-', '_'));
    for await (const text of readSources(dirname(manifest_path))) {
      left -= text.length;
      if (left < 0) return false;
      for (const word of listWords(text)) words.add(word);
    }
  }
  return true;
}

async function* readSources(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !['target', '.git'].includes(entry.name)) yield* readSources(path);
    else if (entry.isFile() && entry.name.endsWith('.rs')) yield await readFile(path, 'utf8');
  }
}
