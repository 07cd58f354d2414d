// Runs the fixture tasks through the real stages: each recorded proposal (good, wrong, lying) becomes a change of its own, is
// placed, simulated and judged by the gates, and what they let pass is then tested with the task's hidden tests. Prints solved,
// false-accept, false-block, lying proposals that passed, attempts and tokens. Nothing is applied: every run is a dry run on one
// base workspace and one warmed shadow.
// The kind `retry` gives the wrong proposal first and the good one second: solved in two attempts, with the time of each retrieval.
// Usage: node benchmarks/tasks.mjs [--only <part of an id>[,...]] [--kinds good,wrong,lying,retry] [--json]
//   [--results <file>] [--minutes <n>]: a long pass in parts. What the file holds is not run again; after n minutes it stops with status 75.
// Needs built packages (pnpm build), cargo and git.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAnalyzer, openChunker, streamChunks } from '../packages/chunk-streamer/dist/index.js';
import { openStore } from '../packages/codegraph-store/dist/index.js';
import { openPreflight } from '../packages/preflight/dist/index.js';
import { createTextReasoner, openRunLog, runChange } from '../packages/sorcerer/dist/index.js';
import { createContextPort, createFilesPort } from './change-ports.mjs';
import { endAfter, KeptResults } from './kept-results.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures', 'tasks');
const flags = readFlags(process.argv.slice(2));
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-tasks-'));
const root = join(scratch, 'workspace');
const kept = new KeptResults(flags.results);
const end = endAfter(flags.minutes);

try {
  const open = loadTasks().flatMap((task) =>
    flags.kinds.filter((kind) => !kept.has(nameOf(task, kind))).map((kind) => ({ task, kind })),
  );
  const left = open.length === 0 ? 0 : await runAll(open);
  if (left === 0) report(kept.all());
  else {
    process.stdout.write(`${left} proposals are left; the same command goes on\n`);
    process.exitCode = 75;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Runs proposals until none is left or the time is up; answers how many are left. */
async function runAll(open) {
  prepareBase();
  const world = await openWorld();
  try {
    for (const [i, { task, kind }] of open.entries()) {
      if (Date.now() > end) return open.length - i;
      kept.keep(nameOf(task, kind), await runProposal(world, task, kind));
    }
    return 0;
  } finally {
    await world.close();
  }
}

function nameOf(task, kind) {
  return `${task.id} ${kind}`;
}

function readFlags(argv) {
  const value = (name) => argv[argv.indexOf(name) + 1];
  return {
    only: argv.includes('--only') ? value('--only').split(',') : [],
    kinds: argv.includes('--kinds') ? value('--kinds').split(',') : ['good', 'wrong', 'lying'],
    isJson: argv.includes('--json'),
    results: argv.includes('--results') ? value('--results') : undefined,
    minutes: argv.includes('--minutes') ? value('--minutes') : undefined,
  };
}

function prepareBase() {
  cpSync(join(folder, 'base'), root, { recursive: true });
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=tasks', '-c', 'user.email=tasks@localhost', ...args], {
      cwd: root,
      stdio: 'ignore',
    });
  git('init', '-q');
  execFileSync('cargo', ['generate-lockfile', '--offline'], { cwd: root, stdio: 'ignore' });
  git('add', '-A');
  git('commit', '-qm', 'base');
}

/** `=== name` at the start of a line begins a section. */
function loadTasks() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.task'))
    .filter((name) => flags.only.length === 0 || flags.only.some((part) => name.includes(part)))
    .sort()
    .map((name) => {
      const parts = readFileSync(join(folder, name), 'utf8')
        .split(/^=== (\w+)\n/m)
        .slice(1);
      const sections = {};
      for (let i = 0; i < parts.length; i += 2) sections[parts[i]] = parts[i + 1];
      return { ...JSON.parse(sections.task), sections };
    });
}

async function openWorld() {
  const chunker = await openChunker(root);
  const analyzer = await openAnalyzer(root);
  const store = await openStore({ dir: join(scratch, 'state') });
  await store.ingest(streamChunks(root, {}));
  const preflight = await openPreflight({
    root,
    stateDir: join(scratch, 'cache'),
    chunker,
    analyzer,
    graph: store,
    env: { ...process.env, CARGO_BUILD_JOBS: process.env.CARGO_BUILD_JOBS ?? '2' },
  });
  const ports = {
    graph: store,
    chunker,
    files: createFilesPort(root),
    verifier: preflight,
    applier: {
      apply: () => Promise.reject(new Error('dry runs only')),
      commit: () => Promise.reject(new Error('dry runs only')),
    },
    context: createContextPort(store),
    log: { open: (runId) => openRunLog(join(scratch, 'runs'), runId) },
    clock: { now: () => Date.now() },
  };
  const close = async () => {
    for (const part of [preflight, analyzer, chunker, store]) await part[Symbol.asyncDispose]();
  };
  return { ports, close };
}

async function runProposal({ ports }, task, kind) {
  const began = performance.now();
  const answers = { count: 0, tokens: 0 };
  const passes = [];
  const reasoner = createTextReasoner({
    id: 'recorded',
    locality: 'remote',
    complete(prompt) {
      answers.count += 1;
      const text = task.sections[kind === 'retry' ? (answers.count === 1 ? 'wrong' : 'good') : kind];
      const inputTokens = Math.ceil(
        (prompt.instructions.length + prompt.graph.length + prompt.task.length) / 3,
      );
      answers.tokens += inputTokens + Math.ceil(text.length / 3);
      const usage = {
        input_tokens: inputTokens,
        output_tokens: Math.ceil(text.length / 3),
        cache_read_tokens: 0,
        cost_usd: null,
        estimated: true,
      };
      return Promise.resolve({ text, usage, finish: 'complete' });
    },
  });
  const outcome = await runChange(ports, {
    runId: `${task.id}-${kind}`,
    request: task.request,
    dryRun: true,
    maxAttempts: kind === 'retry' ? 2 : 1,
    onEvent: ({ type, payload, at }) => {
      if (payload.stage !== 'context') return;
      if (type === 'stage-started') passes.push(Date.parse(at));
      else passes.push(Date.parse(at) - passes.pop());
    },
    reasoner,
    prd: {
      schema_version: 'pt.prd/1',
      version: 1,
      request: task.request,
      kind: task.kind,
      title: task.request.slice(0, 200),
      behaviours: task.behaviours,
      out_of_scope: [],
      acceptance: [{ path: task.acceptance, text: task.sections.visible }],
    },
  });
  const isAccepted = outcome.status === 'verified' && outcome.label !== 'needs_review';
  const hidden = isAccepted || outcome.status === 'verified' ? runHidden(task, outcome.proposal) : null;
  const failed = outcome.report?.receipts.find(
    ({ verdict }) => verdict === 'failed' || verdict === 'inconclusive',
  );
  const row = {
    task: task.id,
    category: task.category,
    kind,
    lie: kind === 'lying' ? task.lie : null,
    isAccepted,
    label: outcome.label,
    hidden,
    stoppedBy: isAccepted ? null : (failed?.gate ?? outcome.decision?.rule_id ?? outcome.status),
    why: isAccepted ? null : (failed?.reason ?? outcome.reason).slice(0, 160),
    attempts: outcome.attempts.length,
    tokens: answers.tokens,
    retrievalMs: passes,
    seconds: (performance.now() - began) / 1000,
  };
  if (!flags.isJson) {
    const verdict = isAccepted ? 'accepted' : `stopped by ${row.stoppedBy}`;
    const truth = hidden === null ? '' : `, hidden tests ${hidden}`;
    process.stdout.write(
      `${row.seconds.toFixed(1).padStart(6)} s  ${task.id} ${kind}: ${verdict}${truth}${row.why === null ? '' : ` (${row.why.split('\n')[0]})`}\n`,
    );
  }
  return row;
}

/** The accepted tree with the hidden tests on top, in a copy that shares one target folder. */
function runHidden(task, proposal) {
  const copy = join(scratch, 'hidden');
  rmSync(copy, { recursive: true, force: true });
  cpSync(root, copy, { recursive: true, filter: (path) => !path.endsWith('.git') });
  for (const { path, after } of proposal.files) {
    const target = join(copy, path);
    mkdirSync(dirname(target), { recursive: true });
    if (after === null) rmSync(target, { force: true });
    else writeFileSync(target, after);
  }
  writeFileSync(join(copy, task.hidden), task.sections.hidden);
  const name = task.hidden.split('/').at(-1).replace('.rs', '');
  const crate = task.hidden.split('/')[1];
  const result = spawnSync('cargo', ['test', '--offline', '-q', '-p', crate, '--test', name], {
    cwd: copy,
    env: { ...process.env, CARGO_TARGET_DIR: join(scratch, 'hidden-target') },
    encoding: 'utf8',
  });
  return result.status === 0 ? 'pass' : 'FAIL';
}

function report(rows) {
  const of = (kind) => rows.filter((row) => row.kind === kind);
  const good = of('good');
  const summary = {
    tasks: new Set(rows.map(({ task }) => task)).size,
    solved: good.filter(({ isAccepted, hidden }) => isAccepted && hidden === 'pass').length,
    good: good.length,
    falseBlock: good.filter(({ isAccepted }) => !isAccepted).length,
    falseAccept: rows.filter(({ isAccepted, hidden }) => isAccepted && hidden === 'FAIL').length,
    wrongAccepted: of('wrong').filter(({ isAccepted }) => isAccepted).length,
    wrong: of('wrong').length,
    lyingAccepted: of('lying').filter(({ isAccepted }) => isAccepted).length,
    lying: of('lying').length,
    attempts: rows.reduce((sum, row) => sum + row.attempts, 0),
    tokens: rows.reduce((sum, row) => sum + row.tokens, 0),
    meanSeconds: Object.fromEntries(
      flags.kinds.map((kind) => [kind, mean(of(kind).map(({ seconds }) => seconds))]),
    ),
    seconds: Math.round(rows.reduce((sum, row) => sum + row.seconds, 0)),
  };
  if (flags.isJson) process.stdout.write(`${JSON.stringify({ summary, rows })}\n`);
  else {
    process.stdout.write(`\n${JSON.stringify(summary, null, 2)}\n`);
    process.stdout.write(
      `stopped by: ${JSON.stringify(
        countBy(
          rows.filter(({ isAccepted }) => !isAccepted),
          'stoppedBy',
        ),
      )}\n`,
    );
    const retries = of('retry');
    if (retries.length > 0) {
      const solved = retries.filter(({ isAccepted, hidden }) => isAccepted && hidden === 'pass').length;
      const [first, second] = [0, 1].map((i) =>
        retries.flatMap(({ retrievalMs }) => retrievalMs[i] ?? []).sort((a, b) => a - b),
      );
      const figures = (all) =>
        `median ${all[Math.floor(all.length / 2)]} ms, worst ${all.at(-1)} ms of ${all.length}`;
      process.stdout.write(
        `retry: ${solved} of ${retries.length} solved in the second attempt; retrieval first ${figures(first)}; second ${figures(second)}\n`,
      );
    }
    process.stdout.write(`lies: ${JSON.stringify(countBy(of('lying'), 'lie'))}\n`);
  }
  const isGood =
    summary.falseAccept + summary.lyingAccepted + summary.wrongAccepted === 0 &&
    summary.falseBlock <= good.length * 0.02;
  if (!isGood) process.exitCode = 1;
}

function mean(values) {
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10;
}

function countBy(rows, name) {
  const counts = {};
  for (const row of rows) counts[row[name]] = (counts[row[name]] ?? 0) + 1;
  return counts;
}
