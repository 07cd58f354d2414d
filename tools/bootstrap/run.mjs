// Entry of `npm start` and `npm test`: sets the checkout up, builds it, then runs the job. Plain Node, no dependency.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [job, ...rest] = process.argv.slice(2);

main();

function main() {
  checkNode();
  checkProgram('git', 'Install git, e.g. `apt install git` or https://git-scm.com');
  checkProgram('cargo', 'Install Rust with its cargo, e.g. by https://rustup.rs');
  if (!isInstalled())
    step('install', npx(), [
      '-y',
      manifest.packageManager,
      'install',
      '--frozen-lockfile',
      '--reporter=append-only',
      '--loglevel=error',
    ]);
  step('build', process.execPath, [local('nx'), 'run-many', '-t', 'build', '--outputStyle=static'], {
    quiet: true,
  });
  if (job === 'start') run(['tools/demo/start.mjs', ...rest]);
  else run(['tools/verify/verify.mjs', ...rest]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node ${process.versions.node} is too old. Parseltongue needs Node 20.19 or newer`);
}

function checkProgram(name, hint) {
  const found = spawnSync(name, ['--version'], { stdio: 'ignore' });
  if (found.error !== undefined) fail(`${name} is not on PATH. ${hint}`);
}

/** An install is fresh when pnpm finished after the lock file was last written. */
function isInstalled() {
  const [lock, done] = ['pnpm-lock.yaml', 'node_modules/.modules.yaml'].map(modifiedMs);
  return done !== undefined && lock !== undefined && done >= lock;
}

function modifiedMs(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
}

function step(title, command, args, { quiet = false } = {}) {
  const started = Date.now();
  process.stderr.write(`${title} ...\n`);
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', CI: process.env.CI ?? '1' };
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0)
    fail(`${title} failed\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`);
  if (!quiet && process.env.PARSELTONGUE_VERBOSE !== undefined) process.stderr.write(result.stdout);
  process.stderr.write(`${title} done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function run(args) {
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  process.exit(result.status ?? 1);
}

function npx() {
  return process.platform === 'win32' ? 'npx.cmd' : 'npx';
}

/** Runs a tool's own script with this Node: no shell and no PATH lookup. */
function local(name) {
  const directory = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return join(directory, typeof bin === 'string' ? bin : bin[name]);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}
