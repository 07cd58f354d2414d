// Sets a rust-analyzer and the sources of the standard library up. Plain Node, no dependency; safe to run again.
// First by rustup, which gives the one that belongs to the toolchain. Where rustup cannot, and a Debian mirror is configured for apt, the
// packages rust-analyzer and rust-src are unpacked into a private folder with all they need, so that nothing of the system changes.
// Usage: node tools/rust-analyzer/install.mjs [--prefix <folder>] [--suite testing] [--only rustup|debian] [--check] [--json]
// Exit: 0 there is a working one, 1 there is none.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: given } = parseArgs({
  options: {
    prefix: { type: 'string' },
    suite: { type: 'string' },
    only: { type: 'string' },
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const dataHome = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
const prefix = resolve(given.prefix ?? join(dataHome, 'parseltongue', 'rust-analyzer'));
const SUITES = given.suite === undefined ? ['testing', 'sid', 'trixie'] : [given.suite];
const RUSTUP = 'rustup';
const PACKAGES = ['rust-analyzer', 'rust-src', 'patchelf'];

main();

function main() {
  const present = findPresent();
  if (present !== null) return answer({ status: 'present', ...present });
  if (given.check)
    return answer({
      status: 'absent',
      reason: 'rust-analyzer does not run, or the sources of the standard library are missing',
    });
  const refusals = [];
  for (const [name, attempt] of [
    ['rustup', installByRustup],
    ['debian', installByDebian],
  ]) {
    if (given.only !== undefined && given.only !== name) continue;
    const refusal = attempt();
    const found = refusal === null ? findPresent() : null;
    if (found !== null) return answer({ status: 'installed', by: name, ...found });
    refusals.push(`${name}: ${refusal ?? 'what it installed does not run'}`);
  }
  answer({ status: 'absent', reason: refusals.join('; ') });
}

/** A rust-analyzer that runs and has sources of the standard library: the toolchain's, else the private one. */
function findPresent() {
  const sysroot = ask('rustc', ['--print', 'sysroot']);
  const own = sysroot === null ? null : join(sysroot, 'lib/rustlib/src/rust/library');
  const version = ask('rust-analyzer', ['--version']);
  if (given.only !== 'debian' && version !== null && own !== null && existsSync(join(own, 'core')))
    return { program: 'rust-analyzer', version, library: own };
  try {
    const { program, sysroot_src: library } = JSON.parse(readFileSync(join(prefix, 'analyzer.json'), 'utf8'));
    const answered = ask(program, ['--version']);
    return answered !== null && existsSync(join(library, 'core'))
      ? { program, version: answered, library }
      : null;
  } catch {
    return null; // not set up, or half way
  }
}

function installByRustup() {
  if (ask(RUSTUP, ['--version']) === null) return 'rustup is not installed';
  const run = spawnSync(RUSTUP, ['component', 'add', 'rust-analyzer', 'rust-src'], {
    encoding: 'utf8',
    timeout: 600_000,
  });
  return run.status === 0 ? null : lastLine(run.stderr) || 'rustup component add failed';
}

function installByDebian() {
  if (process.platform !== 'linux') return 'this is no Linux';
  for (const program of ['apt-get', 'dpkg'])
    if (ask(program, ['--version']) === null) return `${program} is not installed`;
  const mirror = findMirror();
  if (mirror === null) return 'apt knows no mirror of Debian';
  const reasons = [];
  for (const suite of SUITES) {
    try {
      unpackSuite(mirror, suite);
      return null;
    } catch (error) {
      reasons.push(`${suite}: ${lastLine(String(error.stderr ?? '')) || error.message}`);
    }
  }
  return reasons.join(', ');
}

/** The first mirror apt is configured with; others get no say. */
function findMirror() {
  const said = ask('apt-get', ['indextargets', '--format', '$(SITE) $(COMPONENT)']) ?? '';
  const sites = said
    .split('\n')
    .filter((line) => line.endsWith(' main'))
    .map((line) => line.split(' ')[0]);
  return sites.find((site) => !/security/.test(site)) ?? null;
}

/** Downloads the packages with all they depend on into lists and caches of our own, then unpacks them beside the old prefix and swaps. */
function unpackSuite(mirror, suite) {
  const work = `${prefix}.new`;
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['apt/lists/partial', 'apt/cache/archives/partial', 'apt/etc', 'root'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'apt/status'), '');
  writeFileSync(join(work, 'apt/etc/sources.list'), `deb ${mirror} ${suite} main\n`);
  const settings = {
    'Dir::State': join(work, 'apt'),
    'Dir::State::lists': join(work, 'apt/lists'),
    'Dir::State::status': join(work, 'apt/status'),
    'Dir::Cache': join(work, 'apt/cache'),
    'Dir::Etc::sourcelist': join(work, 'apt/etc/sources.list'),
    'Dir::Etc::sourceparts': '-',
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...options, '-q', 'update']);
  run('apt-get', [...options, '-q', '-y', '-d', '--no-install-recommends', 'install', ...PACKAGES]);
  const archives = join(work, 'apt/cache/archives');
  for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb')))
    run('dpkg', ['-x', join(archives, name), join(work, 'root')]);
  rmSync(join(work, 'apt'), { recursive: true, force: true });
  rmSync(prefix, { recursive: true, force: true });
  renameSync(work, prefix);
  bindProgram();
}

/**
 * Makes the program start with the loader and the libraries of its own folder. Started through an explicit loader it would call the loader
 * when it means to call itself, and build scripts would fail.
 */
function bindProgram() {
  const root = join(prefix, 'root');
  const loader = findFile(root, /^ld-linux.*\.so\.\d+$/);
  const program = join(root, 'usr/bin/rust-analyzer');
  const libraries = findFolders(root).join(':');
  const patcher = join(root, 'usr/bin/patchelf');
  const patch = (args) => run(loader, ['--library-path', libraries, patcher, ...args]);
  patch(['--set-interpreter', loader, '--set-rpath', libraries, '--force-rpath', program]);
  // A library with a search path of its own does not inherit the program's.
  for (const path of listLibraries(root))
    if (patch(['--print-rpath', path]).trim() !== '') patch(['--set-rpath', libraries, path]);
  const library = readdirSync(join(root, 'usr/src'))
    .map((name) => join(root, 'usr/src', name, 'library'))
    .find((path) => existsSync(join(path, 'core')));
  if (library === undefined) throw new Error('the package rust-src holds no library folder');
  const facts = { program, sysroot_src: library };
  writeFileSync(join(prefix, 'analyzer.json'), `${JSON.stringify(facts, null, 2)}\n`);
}

/** Folders that hold shared libraries. */
function findFolders(root) {
  const found = [];
  for (const base of ['usr/lib', 'lib', 'usr/lib64', 'lib64']) {
    if (!existsSync(join(root, base))) continue;
    found.push(join(root, base));
    for (const entry of readdirSync(join(root, base), { withFileTypes: true }))
      if (entry.isDirectory() && /-linux-gnu/.test(entry.name)) found.push(join(root, base, entry.name));
  }
  return found;
}

function listLibraries(root) {
  const files = findFolders(root).flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true }).map((entry) => ({ entry, path: join(folder, entry.name) })),
  );
  return files
    .filter(({ entry }) => entry.isFile() && /\.so(\.|$)/.test(entry.name) && !entry.name.startsWith('ld-'))
    .map(({ path }) => path);
}

function findFile(root, pattern) {
  for (const folder of findFolders(root))
    for (const name of readdirSync(folder)) if (pattern.test(name)) return join(folder, name);
  throw new Error('the packages hold no program loader');
}

/** What a program prints, null when it does not run. */
function ask(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 });
  return result.status === 0 ? result.stdout.trim() : null;
}

function run(program, args) {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  });
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}

function answer(outcome) {
  const isThere = outcome.status !== 'absent';
  const text = isThere
    ? `${outcome.status}: ${outcome.version} (${outcome.program}), library in ${outcome.library}`
    : `absent: ${outcome.reason}`;
  process.stdout.write(`${given.json ? JSON.stringify({ ...outcome, prefix }) : text}\n`);
  process.exitCode = isThere ? 0 : 1;
}
