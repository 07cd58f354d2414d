// Opt-in: the official MCP conformance scenarios that apply, against `parseltongue mcp` on both transports.
// `node tools/plugin/try-conformance.mjs [--http | --stdio] [path of its program]`; without a path the package is installed from npm into a
// cache folder. The package speaks HTTP alone: over stdio a bridge passes its messages on, one server process a session.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStdioBridge } from './stdio-bridge.mjs';
import { openTokenProxy } from './token-proxy.mjs';

const PACKAGE = '@modelcontextprotocol/conformance@0.1.13'; // later ones need Node 22

// Of 32 scenarios these judge a server as it is. Left out, since they call fixtures of the suite's own server by name or a capability we do
// not declare: tools-call-* (10: tools named test_*), json-schema-2020-12, elicitation-sep1034-defaults, elicitation-sep1330-enums,
// server-sse-polling (a tool test_reconnection), resources-read-*, resources-templates-read (test:// addresses), resources-subscribe,
// resources-unsubscribe, prompts-get-* (4: prompts named test_*), completion-complete (a prompt of the suite), logging-set-level. And
// server-sse-multiple-streams checks nothing without a session id, and ours needs no session.
const SCENARIOS = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
];
/** Judges the HTTP server in front: over stdio that is the bridge, not ours. */
const HTTP_ALONE = ['dns-rebinding-protection'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const main = join(root, 'packages/cli/dist/main.js');
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-conformance-'));
const flags = process.argv.slice(2);

process.exitCode = await tryTransports();

async function tryTransports() {
  const program = flags.find((flag) => !flag.startsWith('--')) ?? install();
  if (program === undefined) {
    process.stdout.write(`MCP conformance: not run: ${PACKAGE} cannot be installed here\n`);
    return 0;
  }
  const repository = join(scratch, 'repo');
  cpSync(join(root, 'examples', 'apothecary'), repository, { recursive: true });
  const server = [process.execPath, main, '-C', repository, '--no-daemon', 'mcp'];
  const transports = [
    ['http', () => openTokenProxy([...server, '--http', '0']), SCENARIOS],
    ['stdio', () => openStdioBridge(server), SCENARIOS.filter((name) => !HTTP_ALONE.includes(name))],
  ];
  const isAsked = (name) =>
    flags.includes(`--${name}`) || !transports.some(([other]) => flags.includes(`--${other}`));
  let failures = 0;
  for (const [name, open, scenarios] of transports.filter(([name]) => isAsked(name))) {
    const door = await open();
    const failed = await judge(program, { name, url: door.url, scenarios });
    await door.close();
    failures += failed.length;
    process.stdout.write(
      `MCP conformance over ${name}: ${scenarios.length - failed.length} of ${scenarios.length} scenarios passed\n`,
    );
  }
  rmSync(scratch, { recursive: true, force: true });
  return failures === 0 ? 0 : 1;
}

async function judge(program, { name, url, scenarios }) {
  const failed = [];
  for (const scenario of scenarios) {
    const child = spawn(process.execPath, [program, 'server', '--url', url, '--scenario', scenario], {
      cwd: scratch,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
    const status = await new Promise((done) => child.once('close', done));
    // a warning leaves the status at 0 and is said all the same
    const warnings = Number(/(\d+) warnings?/.exec(text)?.[1] ?? 0);
    const verdict = status === 0 ? (warnings === 0 ? 'ok    ' : 'warned') : 'FAILED';
    process.stdout.write(`${verdict}  ${name}  ${scenario}\n${verdict === 'ok    ' ? '' : text.slice(-800)}`);
    if (status !== 0) failed.push(scenario);
  }
  return failed;
}

function install() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'parseltongue', 'conformance');
  const program = join(cache, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const done = spawnSync('npm', ['install', '--no-save', '--prefix', cache, PACKAGE], { encoding: 'utf8' });
  return done.status === 0 && existsSync(program) ? program : undefined;
}
