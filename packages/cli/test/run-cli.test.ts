import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { type CliContext, EXIT, runCli } from '../src/index.js';

const VERBS = [
  'doctor',
  'index',
  'status',
  'search',
  'map',
  'show',
  'impact',
  'graph',
  'summarize',
  'fix',
  'change',
  'preflight',
  'apply',
  'undo',
  'runs',
  'cost',
  'export',
  'watch',
  'models',
  'elf',
  'mcp',
  'repl',
  'daemon',
  'config',
  'completion',
];

interface Screen {
  out: string;
  err: string;
}

function createContext(screen: Screen): CliContext {
  return {
    cwd: import.meta.dirname,
    env: {},
    signal: new AbortController().signal,
    io: {
      out: (text) => void (screen.out += text),
      err: (text) => void (screen.err += text),
      isInteractive: false,
      colors: pc.createColors(false),
    },
  };
}

async function run(...argv: string[]) {
  const screen: Screen = { out: '', err: '' };
  const status = await runCli(argv, createContext(screen));
  return { status, ...screen };
}

describe('runCli', () => {
  it('lists every verb in its help, on stdout, with status 0', async () => {
    const { status, out, err } = await run('--help');
    expect([status, err]).toEqual([EXIT.ok, '']);
    for (const verb of VERBS) expect(out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
  });

  it.each(VERBS)('%s --help shows an example', async (verb) => {
    const { status, out } = await run(verb, '--help');
    expect(status).toBe(EXIT.ok);
    expect(out).toMatch(/Examples?(:| \()/);
    expect(out).toContain(verb === 'mcp' ? ' mcp' : `parseltongue ${verb}`);
  });

  it('prints its version', async () => {
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('answers a usage error with status 2 on stderr alone', async () => {
    for (const argv of [
      ['serach'],
      ['search'],
      ['index', '--workers', '0'],
      ['graph', 'modules'],
      ['status', '--frobnicate'],
    ]) {
      const { status, out, err } = await run(...argv);
      expect([argv.join(' '), status, out]).toEqual([argv.join(' '), EXIT.usage, '']);
      expect(err).toMatch(/error/);
    }
  });

  it('answers an error as one JSON document when asked for JSON', async () => {
    const { status, out } = await run('change', 'x', '--reasoner', 'oracle', '--json');
    expect(status).toBe(EXIT.usage);
    expect(JSON.parse(out)).toMatchObject({
      contract: 'pt.cli.error/1',
      error: { code: 'PT_CLI_USAGE', retryable: false },
    });
  });

  it('names what a reasoner lacks', async () => {
    expect((await run('change', 'x', '--reasoner', 'command')).err).toMatch(/needs --exec/);
    expect((await run('change', 'x', '--reasoner', 'replay')).err).toMatch(/needs --transcript/);
  });
});
