import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  BLOCKING_GATES,
  canonicalJson,
  type FileChange,
  type GateReceipt,
  type GateReport,
  type Proposal,
  type TreeHash,
} from '@parseltongue/isg-core';
import type { TreeContext } from '../../src/git/tree-context.js';
import { hashTree } from '../../src/tree-hash.js';

/** A git repository in a temporary folder, removed when disposed. */
export interface Repository extends Disposable {
  context: TreeContext;
  root: string;
  git(...args: string[]): string;
  write(path: string, content: string | Buffer): void;
  read(path: string): string;
}

const NAMES = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

/** Creates a repository with one commit of `files`. */
export function createRepository(files: Record<string, string | Buffer>): Repository {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'pt-apply-')));
  const root = join(base, 'tree');
  mkdirSync(join(base, 'state'), { recursive: true });
  mkdirSync(root);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: base,
    GIT_CONFIG_NOSYSTEM: '1',
    ...NAMES,
  };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  git('init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) write(path, content);
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'first');
  return {
    context: { root, stateDir: join(base, 'state'), env },
    root,
    git,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Creates a proposal that turns the named files of the tree into the given texts; null deletes. */
export function createProposal(
  root: string,
  texts: Record<string, string | null>,
  title = 'fix: names',
): Proposal {
  const files: FileChange[] = Object.entries(texts).map(([path, after]) => ({
    path,
    before_hash: hashOrNull(join(root, path)),
    after,
  }));
  return {
    contract: 'pt.proposal/1',
    id: sha256(canonicalJson(files)),
    plan_id: 'plan-1',
    title,
    base_tree: '0'.repeat(64) as TreeHash,
    files,
    rows: [],
  };
}

/** Creates the report that all gates passed on the tree with the proposal. */
export async function createReport(context: TreeContext, proposal: Proposal): Promise<GateReport> {
  const subject_tree = await hashTree(context.root, proposal.files, { env: context.env });
  const receipts = BLOCKING_GATES.map(
    (gate): GateReceipt => ({
      contract: 'pt.receipt/1',
      subject_tree,
      gate,
      title: gate,
      argv: [],
      env_digest: '',
      toolchain: null,
      exit: 0,
      counts: { total: 0, passed: 0, failed: 0, ignored: 0 },
      new_diagnostics: [],
      verdict: 'passed',
      reason: null,
      log_hash: '',
      started: '2026-01-01T00:00:00.000Z',
      ms: 0,
    }),
  );
  return { subject_tree, verdict: 'passed', receipts, receipt_hash: sha256(canonicalJson(receipts)) };
}

/** Everything below the root but `.git`: path to kind, permissions and content. */
export function snapshotTree(root: string): Record<string, string> {
  const entries: Record<string, string> = {};
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (folder === '' && name === '.git') continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const stats = lstatSync(join(root, path));
      if (stats.isDirectory()) visit(path);
      else if (stats.isSymbolicLink()) entries[path] = `link ${readlinkSync(join(root, path))}`;
      else
        entries[path] =
          `${(stats.mode & 0o777).toString(8)} ${readFileSync(join(root, path)).toString('latin1')}`;
    }
  };
  visit('');
  return entries;
}

/** The folders below the root but `.git`. */
export function listFolders(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => path !== '.git' && !path.startsWith('.git/'))
    .sort();
}

/** What must never change: index bytes, HEAD, branches, stash, hooks, configuration. */
export function snapshotGit(repository: Repository): Record<string, string> {
  const { root, git } = repository;
  const bytesOf = (path: string): string => hashOrNull(join(root, '.git', path)) ?? 'absent';
  const refs = git('for-each-ref')
    .split('\n')
    .filter((line) => !line.includes('refs/parseltongue/'));
  return {
    index: bytesOf('index'),
    head: readFileSync(join(root, '.git/HEAD'), 'utf8'),
    refs: refs.join('\n'),
    stash: git('stash', 'list'),
    config: bytesOf('config'),
    hooks: readdirSync(join(root, '.git/hooks')).join(','),
    log: bytesOf('logs/HEAD'),
  };
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hashOrNull(file: string): string | null {
  try {
    return sha256(readFileSync(file));
  } catch {
    return null;
  }
}
