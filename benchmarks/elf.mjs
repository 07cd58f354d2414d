// Measures the local-model daemon: tokens a second for one and five agents beside the model table's estimates, prefix
// fan-out, the gap that a long prompt causes, calls over the socket, a soak, and rows that survive kill -9.
// Everything runs on models of random weights that are written on the spot; nothing is downloaded.
//
//   node benchmarks/elf.mjs [--only startup,speed,fanout,gaps,rpc,soak,schema,workers,daemon,server] [--large] [--rows 1000] [--kills 50]
//
// --large adds a model of the shape of Qwen2.5 1.5B (1 GB on disk).
// LLAMA_SERVER=/path/to/llama-server adds that server on the same models, threads and slots as the yardstick; both sides
// take turns for --rounds 4 rounds of five answers of --tokens tokens each. --models loop-100m,random-0.5b names models of both parts.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  connectDaemon,
  findModel,
  launchDaemon,
  openLlamaModel,
  stopDaemon,
} from '../packages/elf-orchestrator/dist/index.js';
import { expectIsoAnswer, writeSyntheticModel } from '../packages/elf-orchestrator/dist/testing.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    large: { type: 'boolean', default: false },
    rows: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '50' },
    tokens: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '4' },
    models: { type: 'string' },
  },
});
const wanted = values.only?.split(',') ?? [
  'speed',
  'fanout',
  'gaps',
  'rpc',
  'soak',
  'workers',
  'daemon',
  'server',
];
// The shapes of Qwen2.5 0.5B and 1.5B; with so many tokens to choose from, an end token is next to never chosen.
const HALF_BILLION = {
  layers: 24,
  embedding: 896,
  feedForward: 4_864,
  heads: 14,
  kvHeads: 2,
  storage: 'q4_0',
  vocabularySize: 151_936,
};
const LARGE = { ...HALF_BILLION, layers: 28, embedding: 1_536, feedForward: 8_960, heads: 12 };
const SHAPES = {
  'random-150m': { layers: 9, embedding: 1_024, feedForward: 4_096, heads: 16, kvHeads: 16, storage: 'q4_0' },
  'random-0.5b': HALF_BILLION,
  ...(values.large ? { 'random-1.5b': LARGE } : {}),
};
const LOOP_COST = { layers: 8, feedForward: 12_288, storage: 'q4_0' };
const dir = await mkdtemp(join(tmpdir(), 'elf-bench-'));
const paths = { socketPath: join(dir, 's'), stateDir: join(dir, 'state'), logPath: join(dir, 'log') };
const report = { machine: `${cpus().length} x ${cpus()[0]?.model}`, node: process.version, results: {} };
let { client, pid } = await open();

async function open() {
  const started = await launchDaemon(paths, { timeoutMs: 120_000 });
  return {
    pid: started.pid,
    client: await connectDaemon({ socketPath: paths.socketPath, timeoutMs: 60_000 }),
  };
}

async function install(id, spec, settings) {
  const path = join(dir, `${id}.gguf`);
  await writeSyntheticModel(path, spec);
  const source = { kind: 'file', path };
  await client.call('models.install', { id, source, trustFirstUse: true, settings });
  return path;
}

function note(name, result) {
  report.results[name] = result;
  console.log(name, JSON.stringify(result));
}

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function measureSpeed() {
  for (const [id, shape] of Object.entries(SHAPES)) {
    if (values.models?.split(',').includes(id) === false) continue;
    const path = await install(
      id,
      { kind: 'random', ...shape },
      { contextTokens: 2_048, sequences: 5, threads: 1 },
    );
    const { loadMs, rounds, workerBytes } = await client.call('models.bench', {
      id,
      tokens: Number(values.tokens),
    });
    const [one, five] = rounds;
    note(`speed ${id}`, {
      fileBytes: (await stat(path)).size,
      loadMs,
      workerBytes,
      rounds,
      fiveOverOne: five.totalTokensPerSecond / one.totalTokensPerSecond,
    });
    await client.call('models.unload', { id });
  }
  const seed = findModel('qwen2.5-coder-1.5b').estimates;
  note('estimates of the model table, Qwen2.5-Coder 1.5B, not measured', seed);
}

async function measureFanout() {
  const id = 'random-150m';
  if (!(await isInstalled(id)))
    await install(id, { kind: 'random', ...SHAPES[id] }, { contextTokens: 2_048, sequences: 5, threads: 1 });
  const prefix = 'The words that every agent shares. '.repeat(29).slice(0, 1_008);
  const ask = (text) =>
    client.generate({ model: id, prefix, prompt: text, maxTokens: 4, temperature: 1, seed: 1 });
  const cold = await ask('0 first');
  const warm = await Promise.all(['1 a', '2 b', '3 c', '4 d'].map(ask));
  note('prefix fan-out, 1,008 tokens to 4 sequences', {
    reused: Math.min(...warm.map(({ inputTokens, reusedTokens }) => reusedTokens / inputTokens)),
    coldFirstTokenMs: cold.prefillMs,
    warmFirstTokenMs: warm.map(({ prefillMs }) => prefillMs),
    worstShareOfCold: Math.max(...warm.map(({ prefillMs }) => prefillMs)) / cold.prefillMs,
  });
  await client.call('models.unload', { id });
}

/** Decoding goes on while another sequence takes in a long prompt: how long is the longest gap between two tokens? */
async function measureGaps() {
  const id = 'loop-100m';
  // Every token is a text of its own, so that what a listener hears is what was generated.
  await install(id, { kind: 'loop', ...LOOP_COST }, { contextTokens: 2_048, sequences: 5, threads: 1 });
  const shares = [];
  const all = [];
  for (let round = 0; round < 5; round += 1) {
    const gaps = [];
    let last = 0;
    let isFilling = false;
    const abort = new AbortController();
    const onDelta = () => {
      const now = performance.now();
      if (isFilling && last > 0) gaps.push(now - last);
      last = now;
    };
    const endless = { model: id, prompt: `go on ${round}`, maxTokens: 2_000 };
    const decoding = client.generate(endless, { onDelta, signal: abort.signal });
    await delay(300);
    isFilling = true;
    const prompt = `${round} ${'another long prompt. '.repeat(49)}`;
    const long = await client.generate({ model: id, prompt, maxTokens: 1 });
    isFilling = false;
    abort.abort();
    await decoding.catch(() => undefined);
    shares.push(Math.max(...gaps) / long.prefillMs);
    all.push(...gaps);
  }
  note('gap of an agent that generates during a prefill of 1,029 tokens, five times', {
    gapP50Ms: quantile(all, 0.5),
    gapMaxMs: Math.max(...all),
    shareOfPrefillMedian: quantile(shares, 0.5),
    shareOfPrefillWorst: Math.max(...shares),
  });
  await client.call('models.unload', { id });
}

async function isInstalled(id) {
  return (await client.call('models.list', {})).installed.some((model) => model.id === id);
}

async function measureCalls() {
  await install('loop', { kind: 'loop' }, { contextTokens: 4_096, sequences: 5 });
  const abort = new AbortController();
  const endless = { model: 'loop', prompt: 'go', maxTokens: 4_000 };
  const decoding = client.generate(endless, { onDelta: () => undefined, signal: abort.signal });
  const times = [];
  for (let call = 0; call < 5_000; call += 1) {
    const startedAt = performance.now();
    await client.call('system.info', {});
    times.push(performance.now() - startedAt);
  }
  abort.abort();
  await decoding.catch(() => undefined);
  const { missedSamples } = await client.call('system.pressure', {});
  note('5,000 calls while a model decodes', {
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    maxMs: Math.max(...times),
    missedSamples,
  });
}

async function installIso() {
  if (!(await isInstalled('iso')))
    await install('iso', { kind: 'iso' }, { contextTokens: 512, sequences: 5 });
}

async function runRows(key, count) {
  const nodes = Array.from({ length: count }, (_, row) => ({
    name: `r${row}`,
    job: {
      model: 'iso',
      prefix: 'Summarize the interface in one line. ',
      prompt: `row ${row} ${String.fromCharCode(33 + (row % 90))}`,
      maxTokens: 16,
    },
  }));
  const tasks = await client.call('jobs.submit', { key, nodes });
  return { nodes, ids: tasks.map(({ id }) => id) };
}

async function measureSoak() {
  await installIso();
  // Its own memory: the share of the program's file pages moves with every other process that runs the same program.
  const memory = async () => {
    const status = await readFile(`/proc/${await workerPid('iso')}/status`, 'utf8').catch(() => '');
    const own = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
    return Number.isNaN(own) ? ((await client.call('debug.vram', {})).components.iso ?? 0) : own;
  };
  const warm = await runRows('soak-0', 1_000);
  await client.call('jobs.wait', { ids: warm.ids });
  const before = await memory();
  const startedAt = performance.now();
  const soak = await runRows('soak-1', 2_000);
  await client.call('jobs.wait', { ids: soak.ids });
  const after = await memory();
  const seconds = (performance.now() - startedAt) / 1_000;
  note('2,000 jobs', {
    jobsPerSecond: 2_000 / seconds,
    workerMbBefore: before,
    workerMbAfter: after,
    growth: after / before - 1,
  });
}

async function workerPid(id) {
  const { models } = await client.call('system.health', {});
  return models.find((model) => model.id === id)?.workerPid ?? null;
}

async function killWorkers() {
  if (!(await isInstalled('loop')))
    await install('loop', { kind: 'loop' }, { contextTokens: 4_096, sequences: 5 });
  const recoveries = [];
  for (let kill = 0; kill < Number(values.kills); kill += 1) {
    const [task] = await client.call('jobs.submit', {
      nodes: [{ name: 'job', job: { model: 'loop', prompt: `go ${kill}`, maxTokens: 1_000 } }],
    });
    let worker = null;
    while (worker === null || (await client.call('jobs.get', { id: task.id })).task.state !== 'leased') {
      worker = await workerPid('loop');
      await delay(2);
    }
    await delay(Math.random() * 50);
    const killedAt = performance.now();
    process.kill(worker, 'SIGKILL');
    while ((await workerPid('loop')) === null || (await workerPid('loop')) === worker) {
      if ((await client.call('jobs.get', { id: task.id })).task.state === 'done') break;
      await delay(5);
    }
    recoveries.push(performance.now() - killedAt);
    const [done] = await client.call('jobs.wait', { ids: [task.id] });
    if (done.state !== 'done') throw new Error(`job ${task.id} is ${done.state}`);
  }
  note(`${recoveries.length} workers killed in the middle of a job`, {
    completed: recoveries.length,
    recoveryP50Ms: quantile(recoveries, 0.5),
    recoveryMaxMs: Math.max(...recoveries),
  });
}

async function killDaemons() {
  await installIso();
  const rows = Number(values.rows);
  const kills = Math.min(Number(values.kills), 50);
  const startedAt = performance.now();
  let { ids, nodes } = await runRows('rows', rows);
  let killed = 0;
  const done = async () =>
    (await client.call('jobs.list', { states: ['done'] })).filter(({ id }) => ids.includes(id)).length;
  while (killed < kills) {
    const finished = await done();
    if (finished === rows) break;
    await delay(Math.random() * 200);
    if (Math.random() < 0.5) {
      const worker = await workerPid('iso');
      if (worker !== null) process.kill(worker, 'SIGKILL');
      killed += 1;
      continue;
    }
    process.kill(pid, 'SIGKILL');
    killed += 1;
    await client.closed;
    ({ client, pid } = await open());
    ({ ids, nodes } = await runRows('rows', rows));
  }
  const ended = await client.call('jobs.wait', { ids });
  const wrong = ended.filter(({ result, state }, row) => {
    const prompt = nodes[row].job.prompt;
    return state !== 'done' || result.text !== expectIsoAnswer(prompt.charCodeAt(prompt.length - 1));
  });
  const journal = await readFile(join(paths.stateDir, 'queue', 'journal.ndjson'), 'utf8');
  const own = new Set(ids);
  const finished = journal
    .split('\n')
    .filter((line) => line.includes('"type":"done"'))
    .map((line) => JSON.parse(line.slice(9)).id)
    .filter((id) => own.has(id));
  note(`${rows} rows, daemon or worker killed ${killed} times`, {
    rows,
    killed,
    lost: rows - new Set(finished).size,
    twice: finished.length - new Set(finished).size,
    wrong: wrong.length,
    seconds: (performance.now() - startedAt) / 1_000,
  });
}

/** Two hundred answers of random weights to a schema: each follows it, or fails with the code that says so. */
async function measureSchema() {
  await install('random', { kind: 'random' }, { contextTokens: 1_024, sequences: 5 });
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 12 },
      count: { enum: [1, 2, 3] },
      isPublic: { type: 'boolean' },
    },
    required: ['name', 'count', 'isPublic'],
    additionalProperties: false,
  };
  const ask = (seed) =>
    client.generate({
      model: 'random',
      prompt: `{${seed}`,
      maxTokens: 120,
      temperature: 1,
      seed,
      schema,
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, seed) => ask(seed)));
  const isValid = ({ name, count, isPublic, ...rest }) =>
    typeof name === 'string' &&
    [...name].length <= 12 &&
    [1, 2, 3].includes(count) &&
    typeof isPublic === 'boolean' &&
    Object.keys(rest).length === 0;
  const answered = outcomes.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  const refused = outcomes.filter(({ reason }) => reason?.code === 'PT_ELF_OUTPUT_INVALID').length;
  note('200 answers of random weights to a schema', {
    valid: answered.filter(({ json }) => isValid(json)).length,
    retried: answered.filter(({ provenance }) => provenance.attempts > 1).length,
    typedFailure: refused,
    anythingElse: 200 - answered.filter(({ json }) => isValid(json)).length - refused,
  });
}

/** From nothing to a model that answers: the worker's process, the engine and a small model. */
async function measureStartup() {
  const modelPath = join(dir, 'small.gguf');
  await writeSyntheticModel(modelPath, { kind: 'chain20' });
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const startedAt = performance.now();
    const model = await openLlamaModel({ modelPath, contextTokens: 256, sequences: 1, threads: 1 });
    times.push(performance.now() - startedAt);
    await model[Symbol.asyncDispose]();
  }
  note('a worker comes up', { medianMs: quantile(times, 0.5), maxMs: Math.max(...times) });
}

/** The yardstick: the same file, one thread, five slots, answers of the same length; both sides take turns. */
async function measureServer() {
  const binary = process.env.LLAMA_SERVER;
  if (binary === undefined) {
    note('llama-server as the yardstick', { status: 'not_run', reason: 'LLAMA_SERVER names no binary' });
    return;
  }
  // Neither ends by itself, so that both sides generate the same number of tokens.
  const models = {
    'loop-100m': { kind: 'loop', ...LOOP_COST },
    'random-0.5b': { kind: 'random', ...HALF_BILLION },
    ...(values.large ? { 'random-1.5b': { kind: 'random', ...LARGE } } : {}),
  };
  const named = values.models?.split(',') ?? Object.keys(models);
  for (const id of named) await measureAgainst(binary, `yardstick-${id}`, models[id]);
}

async function measureAgainst(binary, id, spec) {
  const path = await install(id, spec, { contextTokens: 2_048, sequences: 5, threads: 1 });
  const server = await startServer(binary, path);
  try {
    const runs = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      server.resume();
      const theirs = await server.measure(round);
      server.pause();
      const request = { id, agents: [5], tokens: Number(values.tokens) };
      const ours = (await client.call('models.bench', request)).rounds[0].totalTokensPerSecond;
      runs.push({ ours, theirs, oursOverTheirs: ours / theirs });
    }
    note(`llama-server as the yardstick, ${id}`, { fileBytes: (await stat(path)).size, runs });
  } finally {
    server.end();
    await client.call('models.unload', { id });
  }
}

async function startServer(binary, modelPath) {
  const port = 18_000 + (process.pid % 1_000);
  const url = `http://127.0.0.1:${port}`;
  const flags = ['-m', modelPath, '-t', '1', '-tb', '1', '-np', '5', '-c', String(2_048 * 5)];
  const server = spawn(binary, [...flags, '--host', '127.0.0.1', '--port', String(port)], {
    stdio: 'ignore',
  });
  let exitCode = null;
  server.once('exit', (code) => {
    exitCode = code ?? -1;
  });
  const isUp = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) {
    if (exitCode !== null) throw new Error(`${binary} ended with status ${exitCode}`);
    await delay(100);
  }
  const ask = async (index) => {
    const body = {
      // the prompt of `models.bench`
      prompt: `${index} ${randomBytes(4).toString('hex')} ${'Say in one line what this function does.\n'.repeat(3)}`,
      n_predict: Number(values.tokens),
      temperature: 1,
      seed: index,
      ignore_eos: true,
    };
    const answer = await fetch(`${url}/completion`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()).tokens_predicted ?? 0;
  };
  return {
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    end: () => server.kill('SIGKILL'),
    measure: async (round) => {
      const first = round * 6;
      await ask(first);
      const startedAt = performance.now();
      const counts = await Promise.all([1, 2, 3, 4, 5].map((index) => ask(first + index)));
      return (counts.reduce((a, b) => a + b, 0) / (performance.now() - startedAt)) * 1_000;
    },
  };
}

try {
  if (wanted.includes('startup')) await measureStartup();
  if (wanted.includes('speed')) await measureSpeed();
  if (wanted.includes('fanout')) await measureFanout();
  if (wanted.includes('gaps')) await measureGaps();
  if (wanted.includes('rpc')) await measureCalls();
  if (wanted.includes('soak')) await measureSoak();
  if (wanted.includes('schema')) await measureSchema();
  if (wanted.includes('workers')) await killWorkers();
  if (wanted.includes('daemon')) await killDaemons();
  if (wanted.includes('server')) await measureServer();
  console.log(JSON.stringify(report, null, 2));
} finally {
  await client[Symbol.asyncDispose]();
  await stopDaemon(paths.socketPath);
  await rm(dir, { recursive: true, force: true });
}
