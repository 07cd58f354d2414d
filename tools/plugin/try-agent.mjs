// Opt-in: drives the real Claude Code binary as the hands of a change, offline: it edits a scratch copy as a double of the Messages API tells it, and its
// difference goes through the gates. `node tools/plugin/try-agent.mjs [path of claude]`; without a path the binary is installed from npm.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installClaude } from './install-claude.mjs';
import { runAsync } from './run-async.mjs';
import { streamBlock } from './stream-block.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const MAIN = join(root, 'packages', 'cli', 'dist', 'main.js');
const FILE = 'crates/apothecary-core/src/money.rs';
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-agent-'));
const repository = join(scratch, 'repo');

process.exitCode = await main();

async function main() {
  const claude = process.argv[2] ?? installClaude();
  if (claude === undefined) return report('not run: Claude Code cannot be installed here', 0);
  const server = createServer(answer);
  try {
    prepareRepository();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const fixed = await run(['fix', '--quiet'], {});
    if (fixed.status !== 0) return report(`failed: the example was not repaired\n${fixed.stderr}`, 1);
    const { status, stdout, stderr } = await run(
      ['change', 'Tell whether a sum is a single bit', '--reasoner', 'agent', '--exec', claude, '--json'],
      { ANTHROPIC_BASE_URL: `http://127.0.0.1:${server.address().port}`, ANTHROPIC_API_KEY: 'none' },
    );
    const outcome = stdout === '' ? {} : JSON.parse(stdout);
    process.stdout.write(`${outcome.diff ?? stderr}\n`);
    for (const { gate, verdict } of outcome.report?.receipts ?? [])
      process.stdout.write(`${gate} ${verdict}\n`);
    const ok = status === 0 && outcome.status === 'committed' && outcome.diff.includes('is_single_bit');
    return report(
      ok ? 'passed: its edit was verified and committed' : `failed: ${stdout.slice(-800)}`,
      ok ? 0 : 1,
    );
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Tells the agent to read the file, then to edit it, then that it is done. */
async function answer(request, response) {
  let text = '';
  for await (const piece of request) text += piece;
  const body = text === '' ? {} : JSON.parse(text);
  if (!request.url.startsWith('/v1/messages') || request.url.includes('count_tokens')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ input_tokens: 10 }));
  }
  const place = /[^"\s\\]*\/scratch-[A-Za-z0-9]+/.exec(text)?.[0];
  const results = body.messages
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .filter(({ type }) => type === 'tool_result').length;
  const canEdit = (body.tools ?? []).some(({ name }) => name === 'Edit') && place !== undefined;
  streamBlock(response, canEdit ? nextStep(join(place, FILE), results) : { type: 'text', text: 'ok' });
}

function nextStep(file_path, results) {
  if (results === 0) return toolUse('Read', { file_path });
  if (results > 1) return { type: 'text', text: 'All tests pass.' };
  const anchor = '    pub const fn is_debt(self) -> bool {';
  const added = '    pub const fn is_single_bit(self) -> bool {\n        self.bits == 1\n    }\n\n';
  return toolUse('Edit', { file_path, old_string: anchor, new_string: `${added}${anchor}` });
}

function toolUse(name, input) {
  return { type: 'tool_use', id: `toolu_${name}`, name, input };
}

function prepareRepository() {
  cpSync(join(root, 'examples', 'apothecary'), repository, {
    recursive: true,
    filter: (path) => !/[\\/](target|\.parseltongue)$/.test(path),
  });
  for (const args of [
    ['init', '--quiet'],
    ['config', 'user.name', 't'],
    ['config', 'user.email', 't@localhost'],
    ['add', '--all'],
    ['commit', '-qm', 'Start'],
  ])
    spawnSync('git', ['-C', repository, ...args]);
}

/** The command line beside a server of this process, which must go on answering. */
function run(args, extra) {
  return runAsync(process.execPath, [MAIN, '--no-daemon', ...args], {
    cwd: repository,
    env: {
      PATH: process.env.PATH,
      HOME: join(scratch, 'home'),
      CARGO_HOME: process.env.CARGO_HOME ?? join(process.env.HOME ?? '', '.cargo'),
      RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(process.env.HOME ?? '', '.rustup'),
      XDG_CACHE_HOME: join(scratch, 'cache'),
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      ...extra,
    },
  });
}

function report(verdict, status) {
  process.stdout.write(`Claude Code as hands: ${verdict}\n`);
  return status;
}
