// Replays historical commits of cloned repositories: every commit becomes edits of rows, the edits are placed, proposed, gated and applied,
// and the tree is compared with the commit's byte for byte.
// Usage: node benchmarks/preflight-replay.mjs [--commits 60] [--cargo 5] [--losses 20] [--results <file>] [--minutes <n>] [--scratch <folder>]
//          <clone> <clone> <clone>
// `--results` keeps what was found: a run that is cut off goes on where it stopped, and ends by itself after `--minutes`. `--scratch` keeps the
// checkouts and what was built in them for the next part; delete it at the end.
// A clone is a repository with its history. T0 and T1 judge every commit. Of the newest `--cargo` ones of each, those whose own checkout passes
// `cargo test` by itself are put to every gate, oldest first, so that what a commit was found to do is the baseline of the next. Where cargo does not
// judge, the benchmark writes the missing receipts itself, because only the writing is measured there.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { streamChunks } from '../packages/chunk-streamer/dist/index.js';
import {
  applyEdits,
  assembleFile,
  canonicalJson,
  createRow,
  diffRows,
  overlayRows,
} from '../packages/isg-core/dist/index.js';
import { applyProposal } from '../packages/preflight/dist/index.js';
import { endAfter, KeptResults } from './kept-results.mjs';
import {
  cargo,
  createScratch,
  openStages,
  percent,
  printTable,
  quantile,
  sha256,
} from './preflight-corpus.mjs';

const { values: given, positionals: clones } = parseArgs({
  options: {
    commits: { type: 'string', default: '60' },
    cargo: { type: 'string', default: '5' },
    losses: { type: 'string', default: '20' },
    results: { type: 'string' },
    minutes: { type: 'string' },
    scratch: { type: 'string' },
  },
  allowPositionals: true,
});
if (clones.length === 0) {
  process.stderr.write(
    'Usage: node benchmarks/preflight-replay.mjs [--commits 60] [--cargo 5] <clone> ...\n',
  );
  process.exit(2);
}
const scratch = given.scratch ?? createScratch('replay');
mkdirSync(scratch, { recursive: true });
const kept = new KeptResults(given.results); // by commit and way of judging
const end = endAfter(given.minutes);
const results = [];
let cutOff = 0;
/** How the files of the commit at hand were edited. */
let strategies = [];
try {
  for (const clone of clones) await replayRepository(clone);
  report();
} finally {
  if (given.scratch === undefined) rmSync(scratch, { recursive: true, force: true });
}

async function replayRepository(clone) {
  const name = basename(clone) === 'repo' ? basename(dirname(clone)) : basename(clone);
  const root = join(scratch, name);
  if (!existsSync(root)) execFileSync('git', ['clone', '-q', clone, root]);
  const git = (...args) =>
    execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  git('config', 'advice.detachedHead', 'false');
  git('config', 'user.name', 'Benchmark');
  git('config', 'user.email', 'benchmark@example.org');
  git('config', 'core.autocrlf', 'false');
  appendFileSync(join(root, '.git/info/exclude'), 'target\nCargo.lock\n');
  const all = git('rev-list', '--no-merges', '--first-parent', 'origin/HEAD', '--', '*.rs')
    .trim()
    .split('\n')
    .slice(0, -1);
  const step = Math.max(1, Math.floor(Math.min(all.length, 1200) / Number(given.commits)));
  const chosen = [];
  for (
    let at = 0;
    at < all.length && chosen.length < Number(given.commits);
    at += chosen.length < Number(given.cargo) ? 1 : step
  )
    chosen.push(all[at]);
  const judged = new Set(chosen.slice(0, Number(given.cargo)));
  let stages;
  const started = performance.now();
  for (const commit of chosen.reverse()) {
    const useCargo = judged.has(commit);
    const id = `${name} ${commit} ${useCargo ? 'all gates' : 'T0 T1'}`;
    if (kept.has(id) || Date.now() > end) {
      if (kept.has(id)) results.push(kept.get(id));
      else cutOff += 1;
      continue;
    }
    git('checkout', '-q', '--force', '--detach', `${commit}^`);
    git('clean', '-qfdx', '-e', 'target', '-e', 'Cargo.lock');
    if (useCargo) fetchDependencies(root, git);
    if (stages === undefined) stages = await openStages(root, join(scratch, `${name}-state`));
    else await stages.store.ingest(streamChunks(root, { known: await stages.store.files() }));
    strategies = [];
    const found = await replayCommit({ root, git, commit, stages, useCargo });
    results.push(kept.keep(id, { name, commit, ...found, strategies }));
  }
  await stages?.[Symbol.asyncDispose]();
  process.stdout.write(
    `${name}: ${chosen.length} commits in ${((performance.now() - started) / 1000).toFixed(0)} s\n`,
  );
}

async function replayCommit({ root, git, commit, stages, useCargo }) {
  const changes = listChanges(git, commit);
  if (changes === null)
    return { status: 'skipped', why: 'a binary file, a link, a submodule or a mode changes' };
  const files = [];
  const rows = [];
  for (const { path, before, after } of changes) {
    const old = await chunk(stages, path, before);
    const now = await chunk(stages, path, after);
    const planned = diffRows(old, now);
    rows.push(...planned);
    const text = await placeEdits({ path, before, after, old, now });
    if (text !== after) return { status: 'differs', why: `${path}: placed edits give another text` };
    if (path.endsWith('.rs') && after !== null && !assemblesTo(old, planned, after))
      return { status: 'differs', why: `${path}: future rows assemble to another text` };
    files.push({ path, before_hash: before === null ? null : sha256(before), after });
  }
  const id = sha256(canonicalJson(files));
  const proposal = {
    contract: 'pt.proposal/1',
    id,
    plan_id: `plan-${id.slice(0, 12)}`,
    title: commit.slice(0, 10),
    base_tree: await stages.preflight.hashTree(),
    files,
    rows,
  };
  let gated;
  try {
    gated = await stages.preflight.verify(proposal, { gates: ['T0', 'T1'], stopAtFirst: false });
  } catch (error) {
    return { status: 'differs', why: `gates: ${error.message}` };
  }
  const blocked = gated.receipts
    .filter((receipt) => receipt.verdict !== 'passed')
    .map((receipt) => `${receipt.gate} ${receipt.verdict}: ${receipt.reason}`);
  const { report = null, ...full } = useCargo ? await judgeWithCargo({ root, commit, stages, proposal }) : {};
  const outcome = await apply({ root, stages, proposal, gated, report });
  const left = compareTree(git, commit);
  const base = {
    blocked,
    full: useCargo ? full : null,
    ms: outcome.ms,
    files: files.length,
    rows: rows.length,
  };
  if (left.length > 0 || outcome.status !== 'applied')
    return { ...base, status: 'differs', why: `${outcome.reason ?? ''} ${left.slice(0, 3).join(', ')}` };
  return { ...base, status: 'exact' };
}

/** Texts before and after of every file of a commit; null when one is not text or more than its text changes. */
function listChanges(git, commit) {
  const lines = git('diff-tree', '-r', '--no-renames', '--no-commit-id', '-z', commit)
    .split('\0')
    .filter(Boolean);
  const changes = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [oldMode, newMode, , , status] = lines[at].slice(1).split(' ');
    const isPlain = [oldMode, newMode].every((mode) => ['000000', '100644', '100755'].includes(mode));
    if (!isPlain || (status === 'M' && oldMode !== newMode) || (newMode === '100755' && status === 'A'))
      return null;
    const path = lines[at + 1];
    const read = (revision) => readBlob(git, revision, path);
    const before = status === 'A' ? null : read(`${commit}^`);
    const after = status === 'D' ? null : read(commit);
    if (before === undefined || after === undefined) return null;
    changes.push({ path, before, after });
  }
  return changes.length === 0 ? null : changes;
}

function readBlob(git, revision, path) {
  const text = git('show', `${revision}:${path}`);
  return text.includes('\u0000') || text.includes('\ufffd') ? undefined : text;
}

async function chunk(stages, path, text) {
  return text === null || !path.endsWith('.rs') ? [] : (await stages.chunker.chunkFile({ path, text })).rows;
}

/** Turns a change of a file into edits: of single rows where that gives the very text, of hunks of the file where not. */
async function placeEdits({ path, before, after, old, now }) {
  const hash = before === null ? null : sha256(before);
  const attempt = (kind, edits) => {
    if (edits === null || edits.length === 0) return undefined;
    const result = applyEdits({ path, text: before, hash, rows: old, edits });
    if (result.status !== 'applied' || result.text !== after) return undefined;
    strategies.push(kind);
    return result.text;
  };
  const whole = (op, body) => [{ target: { path }, base_hash: hash, op, format: 'whole_item', body }];
  if (before === null) return attempt('file created', whole('create', after)) ?? 'refused';
  if (after === null) {
    const result = applyEdits({ path, text: before, hash, rows: old, edits: whole('delete', '') });
    strategies.push('file deleted');
    return result.status === 'applied' ? result.text : 'refused';
  }
  const rowEdits = path.endsWith('.rs') ? describeRows({ before, after, old, now, hash }) : null;
  const exact = attempt('rows', rowEdits);
  if (exact !== undefined) return exact;
  const hunks = {
    target: { path },
    base_hash: hash,
    op: 'edit',
    format: 'unified_diff',
    body: diffTexts(before, after, 3),
  };
  const wide = { ...hunks, body: diffTexts(before, after, 12) };
  return (
    attempt('hunks', [hunks]) ??
    attempt('hunks, 12 lines of context', [wide]) ??
    attempt('whole file', whole('edit', after)) ??
    'refused'
  );
}

/** Edits of leaf rows by key; null when the file's own text changes as well. */
function describeRows({ before, after, old, now, hash }) {
  const edits = [];
  const slice = (text, span) => Buffer.from(text).subarray(span.start, span.end).toString();
  const had = new Map(old.map((row) => [row.isgl1_key, row]));
  const has = new Map(now.map((row) => [row.isgl1_key, row]));
  const isContainer = (rows, key) => rows.some((row) => row.parent_key === key);
  for (const row of now) {
    if (row.kind === 'file') continue;
    const earlier = had.get(row.isgl1_key);
    const body = slice(after, row.span);
    if (earlier === undefined) {
      if (row.parent_key !== null && !had.has(row.parent_key)) continue; // comes with its parent
      const sibling = now
        .filter(
          (other) =>
            other.parent_key === row.parent_key && other.order < row.order && had.has(other.isgl1_key),
        )
        .sort((a, b) => b.order - a.order)[0];
      const placement =
        sibling === undefined
          ? { at: 'end_of', key: row.parent_key }
          : { at: 'after', key: sibling.isgl1_key };
      edits.push({
        target: { key: row.isgl1_key },
        base_hash: hash,
        op: 'create',
        placement,
        format: 'whole_item',
        body,
      });
    } else if (
      !isContainer(old, row.isgl1_key) &&
      !isContainer(now, row.isgl1_key) &&
      slice(before, earlier.span) !== body
    ) {
      edits.push({ target: { key: row.isgl1_key }, base_hash: hash, op: 'edit', format: 'whole_item', body });
    }
  }
  for (const row of old) {
    if (has.has(row.isgl1_key) || (row.parent_key !== null && !has.has(row.parent_key))) continue;
    edits.push({
      target: { key: row.isgl1_key },
      base_hash: hash,
      op: 'delete',
      format: 'whole_item',
      body: '',
    });
  }
  return edits;
}

function diffTexts(before, after, context) {
  const folder = createScratch('diff');
  const put = (name, text) =>
    execFileSync('tee', [join(folder, name)], { input: text, stdio: ['pipe', 'ignore', 'ignore'] });
  put('a', before);
  put('b', after);
  const run = spawnSync('git', ['diff', '--no-index', '--no-color', `-U${context}`, 'a', 'b'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  rmSync(folder, { recursive: true, force: true });
  return run.stdout.slice(run.stdout.indexOf('@@'));
}

function assemblesTo(old, planned, after) {
  const rows = overlayRows(
    old.map((row) => createRow(row)),
    planned,
  );
  return assembleFile(rows).text === after;
}

/** Writes the proposal, with the receipts of a report that passed; else those of gates that did not run are the benchmark's own. */
async function apply({ root, stages, proposal, gated, report }) {
  if (report?.verdict === 'passed') {
    const started = performance.now();
    const outcome = await stages.preflight.apply(proposal, report, { verify: 'content' });
    return { ...outcome, ms: performance.now() - started };
  }
  const [template] = gated.receipts;
  const receipts = ['T0', 'T1', 'T3', 'T4', 'T5'].map((gate) => ({
    ...template,
    gate,
    verdict: 'passed',
    reason: null,
    new_diagnostics: [],
  }));
  const made = {
    subject_tree: gated.subject_tree,
    verdict: 'passed',
    receipts,
    receipt_hash: sha256(canonicalJson(receipts)),
  };
  const started = performance.now();
  try {
    const outcome = await applyProposal(
      { root, stateDir: join(scratch, 'apply'), env: process.env },
      {
        proposal,
        report: made,
        verify: async () => ({
          ok: (await stages.preflight.hashTree()) === gated.subject_tree,
          detail: 'same content',
        }),
      },
    );
    return { ...outcome, ms: performance.now() - started };
  } catch (error) {
    return { status: 'refused', reason: error.message, ms: performance.now() - started };
  }
}

/** Paths that differ from the commit, untracked ones included. */
function compareTree(git, commit) {
  git('add', '-A', '--intent-to-add', '.');
  return git('diff', '--name-only', commit).split('\n').filter(Boolean);
}

/** All gates, and what the commit's own checkout does without us. */
async function judgeWithCargo({ root, commit, stages, proposal }) {
  const own = testCheckout(root, commit);
  if (own.status !== 0)
    return { own: false, said: own.stderr.split('\n').find((line) => line.startsWith('error')) ?? '' };
  const started = performance.now();
  const report = await stages.preflight.verify(proposal);
  const last = report.receipts.at(-1);
  return {
    report,
    own: true,
    ownMs: own.ms,
    ours: report.verdict,
    gate: last?.gate,
    reason: last?.reason,
    ms: performance.now() - started,
    msByGate: report.receipts.map((receipt) => [receipt.gate, receipt.ms]),
  };
}

/** `cargo test` of a commit in a checkout of its own, with the versions of dependencies the gates will see. */
function testCheckout(root, commit) {
  const plain = join(scratch, `${basename(root)}-plain`);
  if (!existsSync(plain)) execFileSync('git', ['clone', '-q', '--shared', '--no-checkout', root, plain]);
  const git = (...args) => execFileSync('git', args, { cwd: plain, encoding: 'utf8', stdio: 'pipe' });
  git('checkout', '-q', '--force', '--detach', commit);
  git('clean', '-qfdx');
  const isLocked = git('ls-files', 'Cargo.lock') !== '';
  if (!isLocked && existsSync(join(root, 'Cargo.lock')))
    copyFileSync(join(root, 'Cargo.lock'), join(plain, 'Cargo.lock'));
  fetchDependencies(plain, git);
  const started = performance.now();
  const run = spawnSync('cargo', ['test', '--workspace', '--offline', '--no-fail-fast', '--quiet'], {
    cwd: plain,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, CARGO_TARGET_DIR: join(scratch, 'plain-target') },
  });
  return { status: run.status, stderr: run.stderr, ms: performance.now() - started };
}

/** Downloads what a checkout needs and leaves its files as they are, but for a lock file that is not its own. */
function fetchDependencies(root, git) {
  try {
    cargo(root, ['fetch']);
  } catch {
    // what cannot be resolved does not build by itself either
  }
  git('checkout', '-q', '--', '.');
}

function report() {
  if (cutOff > 0) process.stdout.write(`\n${cutOff} commits left for the next run with the same --results\n`);
  const done = results.filter((result) => result.status !== 'skipped');
  const exact = done.filter((result) => result.status === 'exact');
  const blocked = done.filter((result) => (result.blocked ?? []).length > 0);
  const judged = done.filter((result) => result.full);
  const good = judged.filter((result) => result.full.own);
  printTable([
    ['measure', 'result', 'bar'],
    ['commits replayed', done.length, '>= 150'],
    ['commits that change more than texts, left out', results.length - done.length, ''],
    ['files, rows changed', `${sum(done, 'files')}, ${sum(done, 'rows')}`, ''],
    [
      'trees equal byte for byte',
      `${exact.length} of ${done.length} (${percent(exact.length, done.length)})`,
      '>= 99 %',
    ],
    ['commits T0 or T1 would block', `${blocked.length} (${percent(blocked.length, done.length)})`, '0'],
    [
      'commits judged by cargo; own checkout passes; of those accepted',
      `${judged.length}; ${good.length}; ${good.filter((result) => result.full.ours === 'passed').length}`,
      'all',
    ],
    ['cargo test of the checkout, s, median / p90', spread(good, (result) => result.full.ownMs / 1000), ''],
    ['all gates, s, median / p90', spread(good, (result) => result.full.ms / 1000), ''],
    ['apply, ms, median / p90', spread(done, (result) => result.ms), ''],
    ...[...countWays()].map(([kind, count]) => [`files by ${kind}`, count, '']),
  ]);
  const limit = Number(given.losses);
  for (const result of done.filter((found) => found.status !== 'exact').slice(0, limit))
    process.stdout.write(`  DIFFERS ${result.name} ${result.commit.slice(0, 10)} ${result.why}\n`);
  for (const result of blocked.slice(0, limit))
    process.stdout.write(
      `  BLOCKED ${result.name} ${result.commit.slice(0, 10)} ${result.blocked.join('; ').slice(0, 400)}\n`,
    );
  for (const result of judged.filter((found) => !(found.full.own && found.full.ours === 'passed')))
    process.stdout.write(
      `  CARGO ${result.name} ${result.commit.slice(0, 10)} ${JSON.stringify(result.full).slice(0, 400)}\n`,
    );
}

function spread(found, read) {
  const numbers = found.map(read);
  return [0.5, 0.9].map((share) => quantile(numbers, share).toFixed(numbers[0] < 60 ? 1 : 0)).join(' / ');
}

function countWays() {
  const ways = new Map();
  for (const kind of results.flatMap((result) => result.strategies))
    ways.set(kind, (ways.get(kind) ?? 0) + 1);
  return ways;
}

function sum(list, field) {
  return list.reduce((total, item) => total + (item[field] ?? 0), 0);
}
