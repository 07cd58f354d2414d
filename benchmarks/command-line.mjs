// Measures what a person and an agent wait for: `--help`, and a callers query at 100,000 rows through the daemon, for one client and for two at once.
// Usage: node benchmarks/command-line.mjs [rows]; needs built packages and the MCP client of packages/cli. Prints p50, p95, maximum; exit 1 past a bar.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const main = join(root, 'packages/cli/dist/main.js');
const require = createRequire(join(root, 'packages/cli/package.json'));
const { Client, StdioClientTransport } = await loadSdk();
const rowsWanted = Number(process.argv[2] ?? 100_000);
const FUNCTIONS_PER_FILE = 50;
const QUERIES = 400;
const HELP_RUNS = 20;
const BARS = { help: 150, callers: 20 };
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-cli-bench-'));
const repository = join(scratch, 'repo');
const env = { ...process.env, PARSELTONGUE_CACHE_DIR: join(scratch, 'cache'), XDG_RUNTIME_DIR: scratch };

try {
  await measure();
} finally {
  spawnSync(process.execPath, [main, '-C', repository, 'daemon', 'stop'], { env });
  rmSync(scratch, { recursive: true, force: true });
}

async function measure() {
  const help = [];
  for (let i = 0; i < HELP_RUNS; i += 1) help.push(await time(() => run(['--help'])));
  report('--help, whole process', help, BARS.help);
  const files = Math.round(rowsWanted / (FUNCTIONS_PER_FILE + 1));
  writeRepository(files);
  const indexed = JSON.parse(await run(['-C', repository, 'index', '--json', '--quiet']));
  const rows = indexed.analytics.rows_by_kind
    ? Object.values(indexed.analytics.rows_by_kind).reduce((sum, count) => sum + count, 0)
    : indexed.rows;
  process.stdout.write(
    `graph: ${rows} rows, ${indexed.edges} edges, indexed in ${(indexed.ms / 1000).toFixed(1)} s\n`,
  );
  const clients = [await connect(), await connect()];
  await ask(clients[0], files, 5); // opens the graph
  report(
    'callers by MCP through the daemon, one client',
    await ask(clients[0], files, QUERIES),
    BARS.callers,
  );
  const both = await Promise.all(clients.map((client) => ask(client, files, QUERIES)));
  report('the same, two clients at once', both.flat(), BARS.callers);
  for (const client of clients) await client.close();
}

/** Every function calls its namesake of the next file and its neighbour. */
function writeRepository(files) {
  mkdirSync(join(repository, 'src'), { recursive: true });
  writeFileSync(
    join(repository, 'Cargo.toml'),
    '[package]\nname = "wide"\nversion = "0.1.0"\nedition = "2021"\n',
  );
  const modules = Array.from({ length: files }, (_, i) => `pub mod m${i};`);
  writeFileSync(join(repository, 'src/lib.rs'), `${modules.join('\n')}\n`);
  for (let file = 0; file < files; file += 1) {
    const next = (file + 1) % files;
    const items = Array.from(
      { length: FUNCTIONS_PER_FILE },
      (_, i) =>
        `/// Step ${i}.\npub fn f${i}(x: u32) -> u32 {\n    if x == 0 { return x; }\n    crate::m${next}::f${i}(x - 1) + f${(i + 1) % FUNCTIONS_PER_FILE}(x - 1)\n}\n`,
    );
    writeFileSync(join(repository, `src/m${file}.rs`), items.join('\n'));
  }
}

async function connect() {
  const client = new Client({ name: 'bench', version: '1.0.0' }, {});
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [main, '-C', repository, 'mcp'],
      env,
      stderr: 'ignore',
    }),
  );
  return client;
}

async function ask(client, files, count) {
  const took = [];
  for (let i = 0; i < count; i += 1) {
    const key = `src/m${(i * 37) % files}.rs-_-f${i % FUNCTIONS_PER_FILE}`;
    const started = performance.now();
    const { isError, content } = await client.callTool({ name: 'callers', arguments: { key } });
    took.push(performance.now() - started);
    if (isError || !content[0].text.includes('.rs-_-f')) throw new Error(`no callers: ${content[0].text}`);
  }
  return took;
}

async function time(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function run(args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (piece) => (out += piece));
    child.stderr.on('data', (piece) => (err += piece));
    child.once('close', (status) => (status === 0 ? done(out) : fail(new Error(err))));
  });
}

function report(name, values, barMs) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const isMet = at(0.95) <= barMs;
  if (!isMet) process.exitCode = 1;
  process.stdout.write(
    `${name}: p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, max ${at(1).toFixed(1)} ms, bar ${barMs} ms ${isMet ? 'met' : 'MISSED'}\n`,
  );
}

/** The client is a dependency of packages/cli, not of the workspace. */
async function loadSdk() {
  const client = await import(pathToFileURL(require.resolve('@modelcontextprotocol/client')).href);
  const stdio = await import(pathToFileURL(require.resolve('@modelcontextprotocol/client/stdio')).href);
  return { ...client, ...stdio };
}
