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
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Chunker,
  canonicalJson,
  diffRows,
  type FileChange,
  type GraphReader,
  type Proposal,
  ProposalContract,
  type TreeHash,
} from '@parseltongue/isg-core';
import {
  type GraphProblem,
  type OpenPreflightOptions,
  openPreflight,
  type Preflight,
} from '../../src/index.js';
import { createItemChunker } from './item-chunker.js';
import { createAnalyzer, createMemoryGraph } from './memory-graph.js';

/** A repository in a temporary folder, and the folder preflight may use beside it. */
export interface CargoWorkspace extends AsyncDisposable {
  root: string;
  stateDir: string;
  chunker: Chunker;
  graph: GraphReader;
  open: (
    options?: Partial<OpenPreflightOptions> & { problems?: readonly GraphProblem[] },
  ) => Promise<Preflight>;
  read: (path: string) => string;
  /** Runs git in the repository and answers what it printed. */
  git: (...args: string[]) => string;
  write: (path: string, text: string) => void;
  /** A proposal that writes these texts (null deletes); rows follow from the texts. */
  propose: (files: Record<string, string | null>) => Promise<Proposal>;
}

/** Two crates: `shop` counts prices, `till` prints them and has integration and documentation tests. */
export const SHOP_FILES: Record<string, string> = {
  'Cargo.toml': '[workspace]\nresolver = "2"\nmembers = ["shop", "till"]\n',
  'Cargo.lock':
    'version = 4\n\n[[package]]\nname = "shop"\nversion = "0.1.0"\n\n[[package]]\nname = "till"\nversion = "0.1.0"\ndependencies = [\n "shop",\n]\n',
  '.gitignore': 'target/\nlocal.txt\n',
  'local.txt': 'ignored by git, included by a crate\n',
  'shop/Cargo.toml': '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
  'shop/src/lib.rs': `//! Prices.

/// Adds the prices up.
///
/// \`\`\`
/// assert_eq!(shop::total(&[1, 2]), 3);
/// \`\`\`
pub fn total(prices: &[u32]) -> u32 {
    prices.iter().sum()
}

pub fn discount(price: u32) -> u32 {
    price - price / 10
}

pub const NOTE: &str = include_str!("../../local.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discounts_a_tenth() {
        assert_eq!(discount(100), 90);
    }

    #[test]
    fn totals_nothing() {
        assert_eq!(total(&[]), 0);
    }

    #[test]
    #[ignore]
    fn slow_one() {
        assert_eq!(total(&[1]), 1);
    }
}
`,
  'till/Cargo.toml':
    '[package]\nname = "till"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nshop = { path = "../shop" }\n',
  'till/src/lib.rs': `pub fn receipt(prices: &[u32]) -> String {
    format!("total {}", shop::discount(shop::total(prices)))
}
`,
  'till/tests/receipts.rs': `#[test]
fn prints_the_total() {
    assert_eq!(till::receipt(&[50, 50]), "total 90");
}
`,
};

export async function createCargoWorkspace(
  files: Record<string, string> = SHOP_FILES,
): Promise<CargoWorkspace> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'preflight-test-')));
  const root = join(home, 'repository');
  const stateDir = join(home, 'state');
  const chunker = createItemChunker();
  for (const [path, text] of Object.entries(files)) writeInto(root, path, text);
  git(root, ['init', '-q']);
  git(root, ['add', '-A']);
  git(root, ['config', 'user.name', 'Test']);
  git(root, ['config', 'user.email', 'test@example.org']);
  git(root, ['commit', '-qm', 'start']);
  const rust = Object.keys(files).filter((path) => path.endsWith('.rs'));
  const graph = await createMemoryGraph(root, rust, chunker);
  return {
    root,
    stateDir,
    chunker,
    graph,
    open: ({ problems, ...options } = {}) =>
      openPreflight({
        root,
        stateDir,
        chunker,
        graph,
        analyzer: createAnalyzer(problems),
        env: process.env,
        ...options,
      }),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    git: (...args) => git(root, args),
    write: (path, text) => writeInto(root, path, text),
    propose: (changes) => createProposal(root, changes, chunker),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** Hashes of everything below a folder but git's own, build artifacts included, with modes and link targets. */
export function hashEverything(root: string): Map<string, string> {
  const hashes = new Map<string, string>();
  const visit = (prefix: string): void => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`;
      if (path === '.git') continue;
      if (entry.isDirectory()) visit(`${path}/`);
      else hashes.set(path, describePath(join(root, path)));
    }
  };
  visit('');
  return hashes;
}

function describePath(path: string): string {
  const stats = lstatSync(path, { bigint: true });
  if (stats.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  return `${hash} ${stats.mode} ${stats.mtimeNs}`;
}

async function createProposal(
  root: string,
  changes: Record<string, string | null>,
  chunker: Chunker,
): Promise<Proposal> {
  const files: FileChange[] = [];
  const rows: Proposal['rows'] = [];
  for (const [path, after] of Object.entries(changes)) {
    const before = readOrNull(join(root, path));
    files.push({ path, before_hash: before === null ? null : sha256(before), after });
    if (!path.endsWith('.rs')) continue;
    const old = before === null ? [] : (await chunker.chunkFile({ path, text: before })).rows;
    const now = after === null ? [] : (await chunker.chunkFile({ path, text: after })).rows;
    rows.push(...diffRows(old, now));
  }
  const id = sha256(canonicalJson(files));
  const base = sha256('a tree nobody compares') as TreeHash;
  return { contract: ProposalContract, id, plan_id: 'plan', title: 'A change', base_tree: base, files, rows };
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function writeInto(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function git(root: string, args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
