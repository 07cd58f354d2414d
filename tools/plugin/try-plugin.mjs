// Opt-in: drives the real Claude Code binary over the plugin, offline: validate, marketplace, install, mcp list, and a whole loop against a double of the
// Messages API. `node tools/plugin/try-plugin.mjs [path of claude]`; without a path the binary is installed from npm into a cache folder (377 MB).
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installClaude } from './install-claude.mjs';
import { streamBlock } from './stream-block.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cli = join(root, 'packages', 'cli');
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-plugin-'));
const repository = join(scratch, 'repo');
const results = [];

process.exitCode = await main();

async function main() {
  try {
    const claude = process.argv[2] ?? installClaude();
    if (claude === undefined) return report('not run');
    prepareRepository();
    check(
      'build',
      spawnSync(process.execPath, [join(root, 'tools/plugin/build-plugin.mjs')], { encoding: 'utf8' }),
    );
    const run = (...args) =>
      spawnSync(claude, args, { cwd: repository, env: environment(), encoding: 'utf8', timeout: 120_000 });
    check('plugin validate --strict', run('plugin', 'validate', join(cli, 'plugin'), '--strict'));
    check('marketplace validate', run('plugin', 'validate', cli));
    check('marketplace add', run('plugin', 'marketplace', 'add', cli));
    check('plugin install', run('plugin', 'install', 'parseltongue@parseltongue'));
    check('mcp list', run('mcp', 'list'), /graph.*(Connected|✓|✔)/);
    await loop(claude);
    return report(results.every(({ ok }) => ok) ? 'passed' : 'failed');
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function prepareRepository() {
  cpSync(join(root, 'examples', 'apothecary'), repository, {
    recursive: true,
    filter: (path) => !/[\\/](target|\.parseltongue)$/.test(path),
  });
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    ['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '-qm', 'Start'],
  ])
    spawnSync('git', ['-C', repository, ...args]);
}

function environment(extra = {}) {
  return {
    PATH: process.env.PATH,
    HOME: join(scratch, 'home'),
    XDG_CACHE_HOME: join(scratch, 'cache'),
    XDG_RUNTIME_DIR: scratch,
    PARSELTONGUE_DAEMON_IDLE_SECONDS: '2',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    MCP_CONNECTION_NONBLOCKING: '0',
    ENABLE_TOOL_SEARCH: 'false',
    ...extra,
  };
}

/** One scripted tool call; the double keeps what the model was shown. */
async function loop(claude) {
  const seen = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const body = text === '' ? {} : JSON.parse(text);
    if (!request.url.startsWith('/v1/messages') || request.url.includes('count_tokens')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ input_tokens: 10 }));
    }
    seen.push(body);
    const isAnswered = JSON.stringify(body.messages).includes('tool_result');
    const hasTools = (body.tools ?? []).some(({ name }) => name.endsWith('__search'));
    streamBlock(response, isAnswered || !hasTools ? { type: 'text', text: 'done' } : toolUse());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}`;
  const child = spawn(
    claude,
    [
      '--plugin-dir',
      join(cli, 'plugin'),
      '-p',
      'Where is money added?',
      '--allowedTools',
      'mcp__plugin_parseltongue_graph__*',
      '--output-format',
      'stream-json',
      '--verbose',
    ],
    {
      cwd: repository,
      env: environment({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'none' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (piece) => (output += piece));
  child.stderr.on('data', (piece) => (output += piece));
  const status = await new Promise((done) => child.once('close', done));
  server.closeAllConnections();
  server.close();
  const shown = seen
    .flatMap(({ messages }) => messages)
    .flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const result = shown.find(({ type }) => type === 'tool_result');
  const text = JSON.stringify(result?.content ?? '');
  const facts = JSON.stringify(seen).includes('Parseltongue: ');
  push(
    'loop: our tool ran and the model saw its lean text',
    status === 0 && /money\.rs-/.test(text) && /unresolved/.test(text),
    text.slice(0, 300) || output.slice(-800),
  );
  push('loop: the session facts reached the model', facts, '');
  process.stdout.write(
    `\nThe model was shown:\n${result === undefined ? '(nothing)' : (result.content?.[0]?.text ?? String(result.content))}\n`,
  );
}

function toolUse() {
  return {
    type: 'tool_use',
    id: 'toolu_1',
    name: 'mcp__plugin_parseltongue_graph__search',
    input: { query: 'money add', limit: 3 },
  };
}

function check(name, { status, stdout, stderr }, pattern = /(?:)/) {
  const text = `${stdout ?? ''}${stderr ?? ''}`;
  push(name, status === 0 && pattern.test(text), text.slice(-600));
}

function push(name, ok, detail) {
  results.push({ name, ok });
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${name}\n${ok ? '' : `${detail}\n`}`);
}

function report(verdict) {
  process.stdout.write(
    `\nClaude Code plugin: ${verdict}${verdict === 'not run' ? `: Claude Code cannot be installed here` : ''}\n`,
  );
  return verdict === 'failed' ? 1 : 0;
}
