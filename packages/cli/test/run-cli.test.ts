import { SorcererError } from '@parseltongue/sorcerer';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Workspace } from '../src/compose.js';
import { type CliContext, EXIT, runCli } from '../src/index.js';
import { createContext as createScreen } from './support/screen.js';

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

  it('says who has to reason when a run cannot go on with what it has', async () => {
    const { screen, context } = createScreen();
    const workspace = {
      listRuns: async () => [{ run_id: 'change-1' }],
      readRun: async () => ({ summary: { road: 'change' } }),
      async resumeRun() {
        const message = 'A change needs the port "reasoner". Pass it in the ports of the run';
        throw new SorcererError('PT_SORCERER_PORT_MISSING', { message, details: { port: 'reasoner' } });
      },
      [Symbol.asyncDispose]: async () => undefined,
    } as unknown as Workspace;
    const argv = ['runs', 'resume', 'change-1', '--apply'];
    expect(await runCli(argv, context, { openWorkspace: async () => workspace })).toBe(EXIT.usage);
    expect(screen.err).toMatch(/PT_CLI_USAGE.*has to reason again.*--reasoner/);
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
