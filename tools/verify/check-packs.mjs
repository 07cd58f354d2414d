// Packs all packages, lints the tarballs, installs them into an empty project and imports each one alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-packs-'));

try {
  const packages = readdirSync(join(root, 'packages')).sort();
  const tarballs = packages.map(packOne);
  for (const { name, tarball } of tarballs) lintTarball(name, tarball);
  installAll(tarballs);
  for (const { name } of tarballs) importAlone(name);
  process.stdout.write(`${tarballs.length} packages packed, linted, installed and imported\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function packOne(directory) {
  const cwd = join(root, 'packages', directory);
  const { name, files } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
  if (!files.includes('dist')) throw new Error(`${name} does not publish dist`);
  const out = join(scratch, directory);
  mkdirSync(out);
  run('npx', ['-y', packageManager, 'pack', '--pack-destination', out], cwd);
  const tarball = join(out, readdirSync(out)[0]);
  return { name, tarball };
}

function lintTarball(name, tarball) {
  run(process.execPath, [bin('publint'), tarball, '--strict'], root, `publint of ${name}`);
  run(
    process.execPath,
    [bin('@arethetypeswrong/cli', 'attw'), tarball, '--profile', 'esm-only', '--no-emoji'],
    root,
    `attw of ${name}`,
  );
}

function installAll(tarballs) {
  const project = join(scratch, 'project');
  mkdirSync(project);
  const dependencies = Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`]));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'empty-project',
      private: true,
      type: 'module',
      dependencies,
      overrides: dependencies,
    }),
  );
  run(
    'npm',
    ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    project,
  );
}

function importAlone(name) {
  const script = `const m = await import(${JSON.stringify(name)}); if (Object.keys(m).length === 0) throw new Error('no exports');`;
  run(process.execPath, ['--input-type=module', '-e', script], join(scratch, 'project'), `import of ${name}`);
}

function run(command, args, cwd, title = [command, ...args].join(' ')) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  throw new Error(`${title} failed with status ${result.status ?? result.error?.message}`);
}

function bin(packageName, command = packageName) {
  const directory = join(root, 'node_modules', packageName);
  const { bin: bins } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return join(directory, typeof bins === 'string' ? bins : bins[command]);
}
