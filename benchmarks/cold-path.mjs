// Measures the cold path of a change: from an unindexed repository to the first question a reasoner gets. No model and no cargo take part:
// the reasoner answers with a question, so the run pauses before anything is built. A second change on the same index follows.
// Usage: node benchmarks/cold-path.mjs <repository> [request] [--json]. Built packages and git are needed; nothing is written to the repository.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openChunker, streamChunks } from '../packages/chunk-streamer/dist/index.js';
import { openStore } from '../packages/codegraph-store/dist/index.js';
import { createTextReasoner, openRunLog, runChange } from '../packages/sorcerer/dist/index.js';
import { createContextPort, createFilesPort } from './change-ports.mjs';

const BAR_SECONDS = 90;
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const [given, request = 'Reject input that is longer than the configured limit'] = words;
if (given === undefined) {
  process.stderr.write('Usage: node benchmarks/cold-path.mjs <repository> [request] [--json]\n');
  process.exit(2);
}
const root = resolve(given);
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-cold-'));
const steps = [];

try {
  const result = await measureColdPath();
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else report(result);
  process.exitCode = result.orchestrationSeconds <= BAR_SECONDS ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureColdPath() {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const store = await time('open the store', () => openStore({ dir: scratch }));
  const counts = { files: 0, lines: 0, rows: 0, edges: 0 };
  await time('index: walk, parse, resolve, write', () => store.ingest(count(streamChunks(root, {}), counts)));
  const chunker = await time('open the chunker', () => openChunker(root));
  const ports = createPorts(store, chunker);
  const direct = await time('change, direct: search, map, bodies, prompt', () =>
    ask(ports, 'cold', 'direct'),
  );
  const orchestrationSeconds = (performance.now() - began) / 1000;
  const again = await time('change again, same request', () => ask(ports, 'warm', 'direct'));
  const stepped = await time('change, stepped: base context, micro-PRD prompt', () =>
    ask(ports, 'stepped', 'stepped'),
  );
  const { user, system } = process.cpuUsage(cpu);
  for (const part of [chunker, store]) await part[Symbol.asyncDispose]();
  return {
    ...counts,
    orchestrationSeconds,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    steps,
    prompts: { direct, again, stepped },
  };
}

async function time(name, work) {
  const began = performance.now();
  const answer = await work();
  steps.push({ name, seconds: (performance.now() - began) / 1000 });
  return answer;
}

async function* count(records, counts) {
  for await (const record of records) {
    if (record.type === 'file') {
      counts.files += 1;
      counts.lines += record.file.line_count ?? 0;
    }
    if (record.type === 'row') counts.rows += 1;
    if (record.type === 'edge') counts.edges += 1;
    yield record;
  }
}

function createPorts(store, chunker) {
  const unused = () => Promise.reject(new Error('the cold path ends before this'));
  return {
    graph: store,
    chunker,
    files: createFilesPort(root),
    verifier: { hashTree: unused, diagnose: unused, verify: unused },
    applier: { apply: unused, commit: unused },
    context: createContextPort(store),
    log: { open: (runId) => openRunLog(scratch, runId) },
    clock: { now: () => Date.now() },
  };
}

/** Runs a change up to its first question to the reasoner; answers how long that took and how large the question is. */
async function ask(ports, runId, workflow) {
  const began = performance.now();
  const first = { milliseconds: null, tokens: null };
  const reasoner = createTextReasoner({
    id: 'asks-back',
    locality: 'remote',
    complete(prompt) {
      first.milliseconds ??= Math.round(performance.now() - began);
      first.tokens ??= Math.ceil((prompt.instructions.length + prompt.graph.length + prompt.task.length) / 3);
      const usage = {
        input_tokens: 0,
        output_tokens: 0,
        cache_read_tokens: 0,
        cost_usd: null,
        estimated: true,
      };
      return Promise.resolve({ text: 'ASK Which limit?\n', usage, finish: 'complete' });
    },
  });
  const outcome = await runChange(ports, { runId, request, reasoner, workflow, dryRun: true });
  return { ...first, status: outcome.status };
}

function report({ files, lines, rows, edges, orchestrationSeconds, cpuSeconds, peakMiB, prompts }) {
  const line = (name, value) => process.stdout.write(`${name.padEnd(52)} ${value}\n`);
  line('repository', `${files} files, ${lines} lines, ${rows} rows, ${edges} edges`);
  for (const { name, seconds } of steps) line(name, `${seconds.toFixed(2)} s`);
  for (const [name, prompt] of Object.entries(prompts))
    line(
      `first question, ${name}`,
      `${prompt.milliseconds} ms, about ${prompt.tokens} tokens, ${prompt.status}`,
    );
  line('cold, until the first question', `${orchestrationSeconds.toFixed(1)} s (bar ${BAR_SECONDS} s)`);
  line('processor time of all, workers included; peak memory', `${cpuSeconds.toFixed(1)} s; ${peakMiB} MiB`);
}
