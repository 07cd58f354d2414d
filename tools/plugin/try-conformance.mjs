// Opt-in: the official MCP conformance scenarios that apply, against `parseltongue mcp --http`. `node tools/plugin/try-conformance.mjs [path of its program]`;
// without a path the package is installed from npm into a cache folder.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = '@modelcontextprotocol/conformance@0.1.13'; // later ones need Node 22
// Other scenarios ask for fixture tools of the suite's own server.
const SCENARIOS = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
];
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-conformance-'));

process.exitCode = await main();

async function main() {
  const program = process.argv[2] ?? install();
  if (program === undefined) {
    process.stdout.write(`MCP conformance: not run: ${PACKAGE} cannot be installed here\n`);
    return 0;
  }
  const repository = join(scratch, 'repo');
  cpSync(join(root, 'examples', 'apothecary'), repository, { recursive: true });
  const server = spawn(
    process.execPath,
    [join(root, 'packages/cli/dist/main.js'), '-C', repository, '--no-daemon', 'mcp', '--http', '0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const { port, token } = await readAddress(server);
  const proxy = await openProxy(port, token);
  const failed = [];
  for (const scenario of SCENARIOS) {
    const child = spawn(
      process.execPath,
      [program, 'server', '--url', `http://127.0.0.1:${proxy.address().port}/mcp`, '--scenario', scenario],
      { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
    const status = await new Promise((done) => child.once('close', done));
    process.stdout.write(
      `${status === 0 ? 'ok    ' : 'FAILED'}  ${scenario}\n${status === 0 ? '' : text.slice(-800)}`,
    );
    if (status !== 0) failed.push(scenario);
  }
  proxy.closeAllConnections();
  proxy.close();
  server.kill('SIGTERM');
  await new Promise((done) => server.once('close', done));
  rmSync(scratch, { recursive: true, force: true });
  process.stdout.write(
    `MCP conformance: ${SCENARIOS.length - failed.length} of ${SCENARIOS.length} scenarios passed\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

function install() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'parseltongue', 'conformance');
  const program = join(cache, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const done = spawnSync('npm', ['install', '--no-save', '--prefix', cache, PACKAGE], { encoding: 'utf8' });
  return done.status === 0 && existsSync(program) ? program : undefined;
}

async function readAddress(server) {
  let text = '';
  for await (const piece of server.stderr) {
    text += piece;
    const port = /127\.0\.0\.1:(\d+)\/mcp/.exec(text)?.[1];
    const token = /Bearer (\w+)\n/.exec(text)?.[1];
    if (port !== undefined && token !== undefined) return { port: Number(port), token };
  }
  throw new Error(`the server ended: ${text}`);
}

/** Adds the token, which the suite cannot; Host and Origin pass as they came, so that the guards are still what is tested. */
async function openProxy(port, token) {
  const proxy = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const upstream = httpRequest(
      { host: '127.0.0.1', port, path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return proxy;
}
