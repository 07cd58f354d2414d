// `npm start`: the main job, as a user would run it, on a temporary copy of the example; `npm start -- <path>` looks at a repository of yours
// and changes nothing in it.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cli = join(root, 'packages', 'cli', 'dist', 'main.js');
const argv = process.argv.slice(2);
const keep = argv.includes('--keep');
const target = argv.find((argument) => !argument.startsWith('--'));
// The answers of a model, recorded: the first does not compile, and the gates send it back.
const change = {
  request: 'Sums can be rounded down to a step, as round_up_to rounds up',
  transcript: join(root, 'examples', 'recordings', 'round-down.ndjson'),
};
const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-'));
const env = { ...process.env, PARSELTONGUE_CACHE_DIR: join(scratch, 'cache') };

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    cleanUp();
    process.exit(status);
  });
}

const failed =
  target === undefined
    ? await repairExample()
    : await lookAt(resolve(process.env.INIT_CWD ?? process.cwd(), target));
cleanUp();
process.exit(failed);

async function repairExample() {
  const repository = join(scratch, 'apothecary');
  cpSync(join(root, 'examples', 'apothecary'), repository, {
    recursive: true,
    filter: (path) => !/[\\/](target|\.parseltongue)$/.test(path),
  });
  git(repository, 'init', '--quiet', '--initial-branch=main');
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '--message', 'A potion shop, broken on purpose');
  title('a copy of examples/apothecary, in a git repository of its own');
  const recorded = ['--reasoner', 'replay', '--transcript', change.transcript];
  const stages = [['doctor'], ['index'], ['fix'], ['change', change.request, ...recorded]];
  for (const stage of stages) {
    const status = await verb(repository, stage);
    if (status !== 0) return status;
    if (stage[0] === 'fix' || stage[0] === 'change') showCommit(repository);
  }
  const status = await verb(repository, ['status']);
  return status === 0 ? cargo(repository, ['test', '--workspace', '--offline', '--quiet']) : status;
}

async function lookAt(repository) {
  if (!existsSync(repository)) {
    process.stderr.write(`${repository} does not exist. Give the path of a Rust repository\n`);
    return 2;
  }
  const stateDir = ['--state-dir', join(scratch, 'state')];
  for (const stage of [['doctor'], ['index']]) {
    const status = await verb(repository, [...stage, ...stateDir]);
    if (status !== 0 && stage[0] !== 'doctor') return status;
  }
  if (existsSync(join(repository, 'Cargo.lock'))) cargo(repository, ['fetch', '--locked', '--quiet']); // into cargo's own cache
  const status = await verb(repository, ['fix', '--dry-run', ...stateDir]);
  process.stdout.write('\nNothing was written to your repository.\n');
  return status;
}

function showCommit(repository) {
  title('the commit');
  process.stdout.write(git(repository, 'show', '--stat', '--format=medium', 'HEAD'));
}

/** Runs cargo by itself, as proof that does not come from us. */
function cargo(repository, args) {
  title(`cargo ${args.join(' ')}`);
  const started = performance.now();
  const { status } = spawnSync('cargo', args, { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`-- cargo ${args[0]} took ${seconds} s, status ${status ?? 'none'}\n`);
  return status ?? 1;
}

/** Runs one verb of the built command line with its output passed through, and says how long it took. */
async function verb(repository, args) {
  title(`parseltongue ${describe(args)}`);
  const started = performance.now();
  const child = spawn(process.execPath, [cli, '-C', repository, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  const status = await new Promise((done) => child.once('close', (code) => done(code ?? 1)));
  process.stdout.write(
    `-- ${args[0]} took ${((performance.now() - started) / 1000).toFixed(1)} s, status ${status}\n`,
  );
  return status;
}

/** What a user would type: without our temporary folders. */
function describe(args) {
  return args
    .filter((argument) => !argument.startsWith(scratch) && argument !== '--state-dir')
    .map((argument) => (argument.startsWith(root) ? relative(root, argument) : argument))
    .map((argument) => (argument.includes(' ') ? `"${argument}"` : argument))
    .join(' ');
}

function git(repository, ...args) {
  // The demo's own identity, so that it also runs where git has none.
  const identity = {
    GIT_AUTHOR_NAME: 'Parseltongue',
    GIT_AUTHOR_EMAIL: 'demo@localhost',
    GIT_COMMITTER_NAME: 'Parseltongue',
    GIT_COMMITTER_EMAIL: 'demo@localhost',
  };
  Object.assign(env, identity);
  const result = spawnSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...identity },
  });
  if (result.status === 0) return result.stdout;
  process.stderr.write(`git ${args[0]} failed: ${result.stderr}\n`);
  cleanUp();
  process.exit(3);
}

function title(text) {
  process.stdout.write(`\n=== ${text}\n`);
}

function cleanUp() {
  if (keep) process.stdout.write(`Kept: ${scratch}\n`);
  else rmSync(scratch, { recursive: true, force: true });
}
