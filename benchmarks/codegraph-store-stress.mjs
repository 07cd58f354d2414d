// Kills the store at random points, flips bits and spends random budgets, and counts what went wrong. Built code only.
// Usage: node benchmarks/codegraph-store-stress.mjs [kills = 200] [calls = 10000]
// A loss is an acknowledged write that is gone, an overshoot an answer that costs more than its budget.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../packages/codegraph-store/dist/index.js';
import { diffRows, estimateTokenCount, fileKey } from '../packages/isg-core/dist/index.js';

const KILLS = Number(process.argv[2] ?? 200);
const CALLS = Number(process.argv[3] ?? 10_000);
const SELF = fileURLToPath(import.meta.url);
let state = 20_260_103;

if (process.send === undefined) await main();
else await serve(process.argv[2]);

async function main() {
  await countLosses();
  await countFlips();
  await countOvershoots();
}

function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

/** Step n: ingest, propose, promote, checkpoint, write a large file; each is acknowledged before the next begins. */
async function step(store, n) {
  if (n % 5 === 0) return store.ingest(createRecords('src/a.rs', n, 12));
  if (n % 5 === 1)
    return store.propose('p', diffRows(createRows('src/a.rs', n - 1, 12), createRows('src/a.rs', n, 12)));
  if (n % 5 === 2) {
    // A kill may have come between the promotion and the counter that says so.
    if ((await store.plans()).includes('p')) await store.promote('p');
    return;
  }
  if (n % 5 === 3) return store.createCheckpoint('mark');
  return store.ingest(createRecords('src/big.rs', n, 900));
}

async function serve(dir) {
  const store = await openStore({ dir });
  const { rows } = await store.findRows({ file: 'src/counter.rs', name: 'n' });
  let n = rows.length === 0 ? 0 : Number(rows[0].current_code);
  for (;;) {
    await step(store, n);
    n += 1;
    await store.ingest(createRecords('src/counter.rs', n, 1));
    process.send(n);
  }
}

async function countLosses() {
  const dir = mkdtempSync(join(tmpdir(), 'store-kill-'));
  let acknowledged = 0;
  let losses = 0;
  let failures = 0;
  let idle = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = fork(SELF, [dir], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (n) => {
      acknowledged = Math.max(acknowledged, n);
    });
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    // Nothing was under way that a kill could have hurt.
    if (child.exitCode !== null) idle += 1;
    await new Promise((resolve) => setTimeout(resolve, random(120)));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    try {
      const store = await openStore({ dir });
      const { rows } = await store.findRows({ file: 'src/counter.rs', name: 'n' });
      if (Number(rows[0]?.current_code ?? 0) < acknowledged) losses += 1;
      await store[Symbol.asyncDispose]();
    } catch (error) {
      failures += 1;
      process.stdout.write(`  does not open: ${error.message}\n`);
    }
  }
  rmSync(dir, { recursive: true, force: true });
  process.stdout.write(
    `kills ${KILLS} (${idle} of processes that had ended), acknowledged writes ${acknowledged}, lost ${losses}, not opened ${failures}\n`,
  );
}

/** One bit in every part of every file: the damage is told, or every answer is as before. */
async function countFlips() {
  const dir = mkdtempSync(join(tmpdir(), 'store-flip-'));
  const store = await openStore({ dir });
  for (let n = 0; n < 6; n += 1) await step(store, n);
  const right = await readAll(store);
  await store[Symbol.asyncDispose]();
  let told = 0;
  let wrong = 0;
  let flips = 0;
  for (const file of readdirSync(dir).filter((name) => name.startsWith('graph.'))) {
    const path = join(dir, file);
    const whole = readFileSync(path);
    for (let i = 0; i < 40; i += 1) {
      const bytes = Buffer.from(whole);
      bytes[Math.floor(((i + 0.5) / 40) * bytes.length)] ^= 1 << (i % 8);
      writeFileSync(path, bytes);
      flips += 1;
      try {
        const damaged = await openStore({ dir, readOnly: true });
        if ((await readAll(damaged)) !== right) wrong += 1;
        await damaged[Symbol.asyncDispose]();
      } catch {
        told += 1;
      }
    }
    writeFileSync(path, whole);
  }
  rmSync(dir, { recursive: true, force: true });
  process.stdout.write(`flipped bits ${flips}, told ${told}, wrong answers ${wrong}\n`);
}

async function readAll(store) {
  const records = [];
  for await (const record of store.exportGraph()) records.push(record);
  return JSON.stringify(records);
}

async function countOvershoots() {
  const dir = mkdtempSync(join(tmpdir(), 'store-budget-'));
  const store = await openStore({ dir });
  await store.ingest(createRecords('src/big.rs', 1, 300));
  const keys = createRows('src/big.rs', 1, 300).map((row) => row.isgl1_key);
  let overshoots = 0;
  for (let call = 0; call < CALLS; call += 1) {
    const tokenBudget = random(random(2) === 0 ? 200 : 8000);
    const answer = await askAnything(store, keys[random(keys.length)], { tokenBudget, offset: random(3) });
    const cost =
      typeof answer.shown === 'string' ? estimateTokenCount(answer.shown) : estimateCost(answer.shown);
    if (cost > tokenBudget || answer.meta.token_cost > tokenBudget) overshoots += 1;
  }
  await store[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
  process.stdout.write(`calls with a budget ${CALLS}, overshoots ${overshoots}\n`);
}

function estimateCost(items) {
  return items.length === 0 ? 0 : estimateTokenCount(JSON.stringify(items));
}

async function askAnything(store, key, budget) {
  const walk = async (answer) => ({ shown: answer.hits, meta: answer.meta });
  const questions = [
    async () => walk(await store.callersOf(key, { ...budget, depth: 1 + random(5) })),
    async () => walk(await store.calleesOf(key, { ...budget, depth: 3 })),
    async () => walk(await store.search(`item${random(300)} value`, { ...budget, detail: 'bodies' })),
    async () => walk(await store.childrenOf(fileKey('src/big.rs'), budget)),
    async () => walk(await store.deadCode(budget)),
    async () => walk(await store.pathBetween(key, key, budget)),
    async () => {
      const { levels, meta } = await store.blastRadius([key], budget);
      return { shown: levels.flatMap((level) => [...level.code, ...level.tests]), meta };
    },
    async () => {
      const { cycles, meta } = await store.cycles(budget);
      return { shown: cycles, meta };
    },
    async () => {
      const { text, meta } = await store.repoMap({ tokenBudget: budget.tokenBudget });
      return { shown: text, meta };
    },
  ];
  return questions[random(questions.length)]();
}

function createRows(path, version, count) {
  const isCounter = path === 'src/counter.rs';
  const base = {
    visibility: 'public',
    file: path,
    line: 1,
    doc: '',
    tdd_classification: 'CODE_IMPLEMENTATION',
    tdd_reason: 'code',
    crate: 'demo',
    module_path: 'crate',
    cfg: null,
    content_hash: `${version}`,
    token_count: 9,
    interface_signature: '',
  };
  const root = {
    ...base,
    isgl1_key: fileKey(path),
    kind: 'file',
    name: '_',
    parent_key: null,
    order: 0,
    parent_offset: 0,
  };
  const rows = [{ ...root, current_code: '', span: { start: 0, end: 0 } }];
  for (let i = 0; i < count; i += 1) {
    const name = isCounter ? 'n' : `item${i}`;
    const code = isCounter
      ? `${version}`
      : `fn ${name}() { let value = ${version}; } // ${'x'.repeat(random(200))}`;
    rows.push({
      ...base,
      isgl1_key: `${path}-_-${name}`,
      kind: 'function',
      name,
      parent_key: fileKey(path),
      order: i,
      parent_offset: 0,
      current_code: code,
      interface_signature: `pub fn ${name}()`,
      span: { start: 0, end: code.length },
    });
  }
  return rows;
}

function createRecords(path, version, count) {
  const rows = createRows(path, version, count);
  const file = {
    path,
    hash: `${version}`,
    size_bytes: 1,
    mtime_ms: 1,
    line_count: 1,
    language: 'rust',
    crate: 'demo',
    module_path: 'crate',
  };
  const keys = rows.slice(1).map((row) => row.isgl1_key);
  const edges = keys.flatMap((from, i) =>
    [1, 7].map((apart) => ({
      type: 'edge',
      edge: {
        from,
        to: keys[(i * apart + 1) % keys.length],
        kind: 'calls',
        resolution: 'typed',
        reason: 'path',
        sites: [],
      },
    })),
  );
  const known = new Set();
  const distinct = edges.filter(({ edge }) => known.size !== known.add(`${edge.from} ${edge.to}`).size);
  return [{ type: 'file', file }, ...rows.map((row) => ({ type: 'row', row })), ...distinct];
}
