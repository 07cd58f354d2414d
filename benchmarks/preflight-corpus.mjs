// What the preflight benchmarks share: pinned crates fetched by cargo, the stages wired as the command line wires them, and proposals
// made from texts. Reads the built packages; run `pnpm build` first.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openAnalyzer, openChunker, streamChunks } from '../packages/chunk-streamer/dist/index.js';
import { openStore } from '../packages/codegraph-store/dist/index.js';
import { canonicalJson, diffRows } from '../packages/isg-core/dist/index.js';
import { openPreflight } from '../packages/preflight/dist/index.js';

/** Crates without development dependencies, so that their own tests build from the published files alone. */
export const CRATES = [
  'xml-rs@0.8.29',
  'litrs@1.0.1',
  'num-rational@0.4.2',
  'mime@0.3.17',
  'minimal-lexical@0.2.1',
];

/** A folder of its own below the system's temporary one. */
export function createScratch(name) {
  return mkdtempSync(join(tmpdir(), `parseltongue-${name}-`));
}

/** Fetches `name@version` through cargo and makes it a git repository of its own in `folder`. */
export function fetchCrate(spec, folder) {
  const [name, version] = spec.split('@');
  const probe = join(folder, '.probe');
  mkdirSync(join(probe, 'src'), { recursive: true });
  writeFileSync(join(probe, 'src/lib.rs'), '');
  writeFileSync(
    join(probe, 'Cargo.toml'),
    `[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\n${name} = "=${version}"\n\n[workspace]\n`,
  );
  const metadata = JSON.parse(cargo(probe, ['metadata', '--format-version', '1', '--all-features']));
  const manifest = metadata.packages.find(
    (found) => found.name === name && found.version === version,
  ).manifest_path;
  const root = join(folder, name);
  rmSync(root, { recursive: true, force: true });
  cpSync(dirname(manifest), root, { recursive: true });
  rmSync(probe, { recursive: true, force: true });
  for (const file of ['Cargo.toml.orig', '.cargo_vcs_info.json', '.cargo-ok', 'benches', '.github'])
    rmSync(join(root, file), { recursive: true, force: true });
  const own = readFileSync(join(root, 'Cargo.toml'), 'utf8').replace(/\[\[bench\]\][^[]*/g, '');
  writeFileSync(join(root, 'Cargo.toml'), `${own}\n[workspace]\n`);
  writeFileSync(join(root, '.gitignore'), 'target/\n');
  if (!existsSync(join(root, 'Cargo.lock'))) cargo(root, ['generate-lockfile']);
  cargo(root, ['fetch']);
  return commitAll(root);
}

/** Makes a folder a git repository with one commit. */
export function commitAll(root) {
  const git = (...args) => execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  if (!existsSync(join(root, '.git'))) git('init', '-q');
  git('config', 'user.name', 'Benchmark');
  git('config', 'user.email', 'benchmark@example.org');
  git('add', '-Af');
  git('commit', '-qm', 'start', '--allow-empty');
  return root;
}

export function cargo(root, args, env = {}) {
  return execFileSync('cargo', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Indexes a repository and opens preflight on it, wired as the command line does. */
export async function openStages(root, stateDir, options = {}) {
  mkdirSync(stateDir, { recursive: true });
  const chunker = await openChunker(root);
  const store = await openStore({ dir: join(stateDir, 'graph') });
  await store.ingest(streamChunks(root, { known: await store.files() }));
  const analyzer = await openAnalyzer(root);
  const preflight = await openPreflight({
    root,
    stateDir: join(stateDir, 'preflight'),
    chunker,
    analyzer,
    graph: store,
    env: process.env,
    ...options,
  });
  return {
    root,
    chunker,
    store,
    analyzer,
    preflight,
    propose: (files, title) => createProposal({ root, chunker, preflight, store }, files, title),
    async [Symbol.asyncDispose]() {
      for (const part of [preflight, analyzer, chunker, store]) await part[Symbol.asyncDispose]();
    },
  };
}

/** A proposal that writes these texts; null deletes. Its rows follow from the texts. */
export async function createProposal({ root, chunker }, files, title = 'A change') {
  const changes = [];
  const rows = [];
  for (const [path, after] of Object.entries(files)) {
    const before = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
    changes.push({ path, before_hash: before === null ? null : sha256(before), after });
    if (!path.endsWith('.rs')) continue;
    const old = before === null ? [] : (await chunker.chunkFile({ path, text: before })).rows;
    const now = after === null ? [] : (await chunker.chunkFile({ path, text: after })).rows;
    rows.push(...diffRows(old, now));
  }
  const id = sha256(canonicalJson(changes));
  return {
    contract: 'pt.proposal/1',
    id,
    plan_id: `plan-${id.slice(0, 12)}`,
    title,
    base_tree: '0'.repeat(64),
    files: changes,
    rows,
  };
}

/** Hashes of all files below a folder but git's own. */
export function hashFolder(root, skip = new Set(['.git'])) {
  const hashes = new Map();
  const visit = (prefix) => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      if (skip.has(entry.name) && prefix === '') continue;
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (entry.isFile()) hashes.set(path, sha256(readFileSync(join(root, path))));
    }
  };
  visit('');
  return hashes;
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A seeded generator of numbers in [0, 1). */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The value below which a share of the numbers lies. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Prints rows of cells with aligned columns. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, column) => String(cell ?? '').padEnd(widths[column]))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

export function percent(part, whole) {
  return whole === 0 ? 'n/a' : `${((100 * part) / whole).toFixed(1)} %`;
}
