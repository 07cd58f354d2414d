import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Ignore rules of one folder; paths are tested relative to it. */
interface RuleFolder {
  /** Absolute path of the folder the rules belong to. */
  folder: string;
  rules: Ignore;
}

/** The rules that hold in one folder, nearest last. Immutable: entering a folder makes a new one. */
export type IgnoreRules = readonly RuleFolder[];

/** True when git would ignore the entry; `isFolder` matters for rules that end in `/`. */
export function isIgnored(rules: IgnoreRules, file: string, isFolder: boolean): boolean {
  for (const { folder, rules: own } of [...rules].reverse()) {
    const path = relative(folder, file).split(sep).join('/');
    const { ignored, unignored } = own.test(isFolder ? `${path}/` : path);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** The rules above `root`: the repository's `info/exclude` and the `.gitignore` files of the folders that enclose it. */
export async function loadOuterRules(root: string): Promise<IgnoreRules> {
  const top = await findRepository(root);
  if (top === undefined) return [];
  let rules = await addRules([], top.folder, join(top.gitFolder, 'info', 'exclude'));
  const inner = relative(top.folder, root)
    .split(sep)
    .filter((segment) => segment !== '');
  let folder = top.folder;
  for (const segment of inner) {
    rules = await enterFolder(rules, folder);
    folder = join(folder, segment);
  }
  return rules;
}

/** The rules inside a folder: the given ones and the folder's own `.gitignore`. */
export function enterFolder(rules: IgnoreRules, folder: string): Promise<IgnoreRules> {
  return addRules(rules, folder, join(folder, '.gitignore'));
}

async function addRules(rules: IgnoreRules, folder: string, file: string): Promise<IgnoreRules> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return rules;
  return [...rules, { folder, rules: ignore({ ignorecase: false }).add(text) }];
}

interface Repository {
  folder: string;
  /** Where `info/exclude` is: the common git folder, also for a linked worktree. */
  gitFolder: string;
}

async function findRepository(start: string): Promise<Repository | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    const git = join(folder, '.git');
    const found = await stat(git).catch(() => undefined);
    if (found?.isDirectory() === true) return { folder, gitFolder: git };
    if (found?.isFile() === true) return { folder, gitFolder: await readLinkedFolder(folder, git) };
    if (dirname(folder) === folder) return undefined;
  }
}

async function readLinkedFolder(folder: string, gitFile: string): Promise<string> {
  const text = await readFile(gitFile, 'utf8').catch(() => '');
  const linked = resolve(folder, /^gitdir:\s*(.*?)\s*$/m.exec(text)?.[1] ?? '.git');
  const common = await readFile(join(linked, 'commondir'), 'utf8').catch(() => '');
  return common === '' ? linked : resolve(linked, common.trim());
}
