// Every check of the project, in order from quick to slow, each with its time. `--only a,b` picks some.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const only = readOnly(process.argv.slice(2));

/** Name, command, arguments. A check passes when its exit status is 0. */
const checks = [
  ['format', bin('@biomejs/biome', 'biome'), ['check', '--enforce-assist=true', '.']],
  ['types', bin('nx', 'nx'), ['run-many', '-t', 'typecheck', '--outputStyle=static', '--parallel=2']],
  ['graph', bin('nx', 'nx'), ['show', 'projects']],
  ['lint', bin('eslint', 'eslint'), ['.', '--max-warnings=0']],
  [
    'boundaries',
    bin('dependency-cruiser', 'depcruise'),
    ['packages', '--config', 'tools/verify/dependency-cruiser.cjs'],
  ],
  ['manifests', bin('sherif', 'sherif'), []],
  ['docs', join(root, 'tools/docs/generate-errors.mjs'), ['--check']],
  ['unused', bin('knip', 'knip'), ['--no-progress']],
  ['tests', bin('vitest', 'vitest'), ['run', '--reporter=dot']],
  ['packs', join(root, 'tools/verify/check-packs.mjs'), []],
];

await main();

async function main() {
  const chosen = checks.filter(([name]) => only === undefined || only.includes(name));
  const unknown = only?.filter((name) => !checks.some(([check]) => check === name)) ?? [];
  if (unknown.length > 0)
    stop(2, `No check named ${unknown.join(', ')}. There are: ${checks.map(([name]) => name).join(', ')}`);
  const results = [];
  for (const check of chosen) results.push(await runCheck(check));
  report(results);
  process.exit(results.every(({ ok }) => ok) ? 0 : 1);
}

async function runCheck([name, script, args]) {
  const started = performance.now();
  process.stderr.write(`\n== ${name}\n`);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' },
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { name, ok: status === 0, seconds: (performance.now() - started) / 1000 };
}

function report(results) {
  process.stdout.write('\nCheck        Result   Seconds\n');
  for (const { name, ok, seconds } of results) {
    process.stdout.write(
      `${name.padEnd(12)} ${(ok ? 'ok' : 'FAILED').padEnd(8)} ${seconds.toFixed(1).padStart(7)}\n`,
    );
  }
}

function readOnly(argv) {
  const at = argv.indexOf('--only');
  return at === -1 ? undefined : (argv[at + 1] ?? '').split(',').filter((name) => name !== '');
}

/** The script behind a package's command, so that no shell and no PATH is involved. */
function bin(packageName, command) {
  const directory = join(root, 'node_modules', packageName);
  if (!existsSync(directory)) stop(3, `${packageName} is not installed. Run: npm test`);
  const { bin: bins } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return join(directory, typeof bins === 'string' ? bins : bins[command]);
}

function stop(status, message) {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}
