// A thousand rows summarized by five agents of a local model while the daemon is killed, against raw generation of the same
// prompts on the same model: node benchmarks/summary-backfill.mjs [--rows 1000] [--kills 3] [--layers 6]
// The model is synthetic: its weights hold one good answer, its size sets what a token costs. Built code; nothing is downloaded.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  connectDaemon,
  launchDaemon,
  openDurableTextModel,
  openLlamaModel,
  readDaemonStatus,
  stopDaemon,
} from '../packages/elf-orchestrator/dist/index.js';
import { writeSyntheticModel } from '../packages/elf-orchestrator/dist/testing.js';
import { formatKey } from '../packages/isg-core/dist/index.js';
import { buildChunk } from '../packages/isg-core/dist/testing.js';
import { summarizeRows } from '../packages/summary-gen/dist/index.js';

const AGENTS = 5;
const SETTINGS = { contextTokens: 2_048, sequences: AGENTS, threads: 1 };
// One token each; every word stands in every row or on the list of plain words.
const ANSWER = [
  'Returns',
  ' the',
  ' stored',
  ' offset',
  ' of',
  ' a',
  ' record',
  ' or',
  ' fails',
  ' with',
  ' an',
  ' error\n',
];

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '3' },
    layers: { type: 'string', default: '6' },
  },
});
const count = Number(values.rows);
const kills = Number(values.kills);
const dir = await mkdtemp(join(tmpdir(), 'backfill-bench-'));
const modelPath = join(dir, 'model.gguf');
const paths = { socketPath: join(dir, 's'), stateDir: join(dir, 'state'), logPath: join(dir, 'log') };
const rows = Array.from({ length: count }, (_, index) => createRow(index));

/** A row whose rule line says little, so that it is shown to the model. */
function createRow(index) {
  const name = `do_it_${index}`;
  const body = `let stored = self.record(${index})?; Ok(stored.offset + ${index})`;
  const code = `fn ${name}(&self) -> Result<u64, Error> { ${body} }`;
  return {
    ...buildChunk({
      isgl1_key: formatKey({ path: `src/part${index % 20}.rs`, container: [], name }),
      name,
      kind: 'function',
      current_code: code,
      interface_signature: code.slice(0, code.indexOf(' {')),
    }),
    content_hash: createHash('sha256').update(code).digest('hex'),
  };
}

/** Sends every prompt through one loaded model, five at a time, with nothing around it. */
async function generateRaw(requests) {
  const model = await openLlamaModel({ modelPath, ...SETTINGS });
  await model.generate({ ...requests[0], maxTokens: 1 });
  const startedAt = performance.now();
  let next = 0;
  let tokens = 0;
  const work = async () => {
    while (next < requests.length) {
      const { inputTokens, outputTokens, reusedTokens } = await model.generate(requests[next++]);
      tokens += inputTokens + outputTokens - reusedTokens;
    }
  };
  await Promise.all(Array.from({ length: AGENTS }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  await model[Symbol.asyncDispose]();
  return { seconds, tokens };
}

/** Runs the rows through `model`; every key with how often it came. */
async function summarize(model, onRow) {
  const startedAt = performance.now();
  const seen = new Map();
  const outcomes = {};
  const options = {
    model,
    minQuality: 1.1,
    budget: { maxRows: count, maxTokens: Number.MAX_SAFE_INTEGER, maxMs: 3_600_000 },
    attemptTimeoutMs: 300_000,
    onBackfill: ({ result }) => {
      outcomes[result] = (outcomes[result] ?? 0) + 1;
    },
  };
  for await (const { key, summary } of summarizeRows(rows, options)) {
    seen.set(key, { times: (seen.get(key)?.times ?? 0) + 1, provenance: summary.provenance });
    await onRow?.(seen.size);
  }
  const twice = [...seen.values()].filter(({ times }) => times > 1).length;
  const byModel = [...seen.values()].filter(({ provenance }) => provenance === 'llm_assisted').length;
  return { seconds: (performance.now() - startedAt) / 1_000, rows: seen.size, twice, byModel, outcomes };
}

async function startDaemon(name) {
  const places = { ...paths, stateDir: join(dir, name), socketPath: join(dir, `${name}.s`) };
  await launchDaemon(places, { timeoutMs: 120_000 });
  const client = await connectDaemon({ socketPath: places.socketPath });
  const source = { kind: 'file', path: modelPath };
  await client.call('models.install', { id: 'm', source, trustFirstUse: true, settings: SETTINGS });
  await client.call('models.load', { id: 'm' });
  await client[Symbol.asyncDispose]();
  return places;
}

async function countFinished({ stateDir }) {
  const journal = await readFile(join(stateDir, 'queue', 'journal.ndjson'), 'utf8');
  const ids = journal
    .split('\n')
    .filter((line) => line.includes('"type":"done"'))
    .map((line) => JSON.parse(line.slice(9)).id);
  return { jobs: new Set(ids).size, jobsTwice: ids.length - new Set(ids).size };
}

async function runJob(name, killCount, requests) {
  const places = await startDaemon(name);
  const model = await openDurableTextModel({ paths: places, model: 'm' });
  const recorded = {
    ...model,
    generate(request) {
      requests?.push(request);
      return model.generate(request);
    },
  };
  let killed = 0;
  const result = await summarize(recorded, async (done) => {
    if (killed >= killCount || done < (count / (killCount + 1)) * (killed + 1)) return;
    killed += 1;
    const { pid } = await readDaemonStatus(places.socketPath);
    if (pid !== null) process.kill(pid, 'SIGKILL');
  });
  await model[Symbol.asyncDispose]();
  const finished = await countFinished(places);
  await stopDaemon(places.socketPath);
  return { ...result, killed, ...finished };
}

function describe(name, result, raw) {
  console.log(name, JSON.stringify({ ...result, overRaw: result.seconds / raw - 1 }));
}

try {
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${count} rows, ${AGENTS} agents`,
  );
  await writeSyntheticModel(modelPath, {
    kind: 'chain',
    texts: ANSWER,
    layers: Number(values.layers),
    feedForward: 8_192,
    storage: 'q4_0',
  });
  const requests = [];
  const calm = await runJob('calm', 0, requests);
  const bare = requests.map(({ signal: _, ...request }) => request);
  const before = await generateRaw(bare);
  const storm = await runJob('storm', kills);
  const after = await generateRaw(bare);
  const raw = (before.seconds + after.seconds) / 2;
  console.log('raw generation of the same prompts, before and after', JSON.stringify({ before, after }));
  describe('summaries through the durable queue', calm, raw);
  describe(`the same, the daemon killed ${storm.killed} times`, storm, raw);
} finally {
  for (const name of ['calm', 'storm']) await stopDaemon(join(dir, `${name}.s`));
  await rm(dir, { recursive: true, force: true });
}
