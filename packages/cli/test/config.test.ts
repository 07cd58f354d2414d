import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_KEYS, envNameOf } from '../src/config/config-keys.js';
import { createProgram } from '../src/create-program.js';
import { runCli } from '../src/index.js';
import { createContext } from './support/screen.js';

let scratch: string;
let repo: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'parseltongue-config-'));
  repo = join(scratch, 'repo');
  mkdirSync(join(scratch, 'config', 'parseltongue'), { recursive: true });
  mkdirSync(repo);
  writeFileSync(join(repo, 'Cargo.toml'), '[workspace]\nmembers = []\n');
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const userFile = (text: string) => writeFileSync(join(scratch, 'config/parseltongue/config.toml'), text);
const repoFile = (text: string) => writeFileSync(join(repo, 'parseltongue.toml'), text);

async function run(argv: string[], env: Record<string, string> = {}) {
  const { screen, context } = createContext({
    cwd: repo,
    env: { XDG_CONFIG_HOME: join(scratch, 'config'), ...env },
  });
  const status = await runCli(argv, context);
  return { status, ...screen };
}

async function setting(key: string, argv: string[] = [], env: Record<string, string> = {}) {
  const { out } = await run([...argv, 'config', '--json'], env);
  const { settings } = JSON.parse(out) as { settings: { key: string; value: unknown; source: string }[] };
  const found = settings.find((candidate) => candidate.key === key);
  return [found?.value, found?.source];
}

describe('settings', () => {
  it('come from the environment before the repository before the user before the default', async () => {
    expect(await setting('search.limit')).toEqual([20, 'default']);
    userFile('[search]\nlimit = 5\n');
    expect(await setting('search.limit')).toEqual([5, 'user']);
    repoFile('[search]\nlimit = 6\n');
    expect(await setting('search.limit')).toEqual([6, 'repository']);
    expect(await setting('search.limit', [], { PARSELTONGUE_SEARCH_LIMIT: '7' })).toEqual([7, 'env']);
  });

  it('fill the option of their verb unless a flag does', async () => {
    const env = { PARSELTONGUE_CHANGE_REASONER: 'oracle' };
    expect((await run(['change', 'x'], env)).err).toContain('No reasoner named "oracle"');
    expect((await run(['change', 'x', '--reasoner', 'replay'], env)).err).toContain('needs --transcript');
  });

  it('of a repository never choose executables, models, money or places', async () => {
    for (const key of [
      'change.exec',
      'change.reasoner',
      'change.model',
      'summarize.model',
      'state-dir',
      'daemon.idle-seconds',
      'pr.merge',
    ]) {
      const [table, name] = key.includes('.') ? key.split('.') : [undefined, key];
      const value = key === 'change.exec' ? '["rm"]' : key === 'daemon.idle-seconds' ? '5' : '"x"';
      repoFile(`${table === undefined ? '' : `[${table}]\n`}${name} = ${value}\n`);
      const { status, err } = await run(['config']);
      expect([key, status]).toEqual([key, 2]);
      expect(err).toMatch(/PT_CLI_CONFIG_FORBIDDEN/);
      expect(err).toContain(envNameOf(key));
    }
  });

  it.each([
    ['search = [', /PT_CLI_CONFIG_INVALID.*parseltongue\.toml/],
    ['[search]\nlimt = 5', /there is no setting search\.limt/],
    ['[search]\nlimit = "many"', /search\.limit is not a whole number/],
    ['[fix]\nclippy = "no"', /fix\.clippy is not a yes or no/],
    ['[pr]\nmerge-method = "force"', /pr\.merge-method is not a choice out of merge, squash, rebase/],
  ])('%s is refused by name', async (text, pattern) => {
    repoFile(text);
    const { status, err } = await run(['config']);
    expect([status, pattern.test(err)], err).toEqual([2, true]);
  });

  it('each fill an option that exists, and every option of every verb is read by its code', () => {
    const program = createProgram(createContext().context, { run: () => async () => undefined });
    for (const { key, verb, option } of CONFIG_KEYS) {
      const holder =
        verb === undefined ? program : program.commands.find((command) => command.name() === verb);
      const names = holder?.options.map((declared) => declared.attributeName()) ?? [];
      expect([key, names.includes(option)]).toEqual([key, true]);
    }
    const sources = readSources(new URL('../src', import.meta.url).pathname);
    for (const command of [program, ...program.commands]) {
      for (const declared of command.options) {
        const name = declared.attributeName();
        const isRead =
          name === 'version' ||
          new RegExp(`(flags|options|globals|given)\\.${name}\\b|\\b${name}\\b[,} ]`).test(sources);
        expect([command.name(), name, isRead]).toEqual([command.name(), name, true]);
      }
    }
  });
});

/** All sources but the declarations of options. */
function readSources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('config-keys'))
    .map((path) => readFileSync(join(folder, path), 'utf8').replace(/\.option\([^]*?\)\n/g, ''))
    .join('\n');
}
