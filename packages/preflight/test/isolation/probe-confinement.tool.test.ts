import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Confinement, type ProcessResult, probeConfinement, runProcess } from '../../src/index.js';

const SLOW = 60_000;
const home = realpathSync(mkdtempSync(join(tmpdir(), 'confinement-')));
const shadow = join(home, 'shadow');
const userHome = join(home, 'user');
const env = { PATH: process.env['PATH'] ?? '', HOME: userHome };
for (const folder of [shadow, join(userHome, '.ssh'), join(userHome, '.cargo', 'bin')])
  mkdirSync(folder, { recursive: true });
writeFileSync(join(userHome, '.cargo', 'credentials.toml'), 'secret');
const confinement = await probeConfinement({ env });
const hasWalls = confinement.statement.startsWith('Confined');

afterAll(() => rm(home, { recursive: true, force: true }));

async function run(
  script: string,
  options: { within?: Confinement; timeoutMs?: number } = {},
): Promise<ProcessResult> {
  const within = options.within ?? confinement;
  const command = within.wrap({ argv: [process.execPath, '-e', script], cwd: shadow, env }, [shadow]);
  return runProcess({ ...command, timeoutMs: options.timeoutMs ?? 30_000 });
}

describe.runIf(hasWalls)('a confined command', { timeout: SLOW }, () => {
  it('writes into its own folder and nowhere else', async () => {
    writeFileSync(join(home, 'precious'), 'kept');
    const script = `
      const fs = require('node:fs');
      fs.writeFileSync(${JSON.stringify(join(shadow, 'own'))}, 'mine');
      for (const path of ${JSON.stringify([join(home, 'precious'), '/etc/pt-probe', '/usr/pt-probe'])}) {
        try { fs.writeFileSync(path, 'stolen'); console.log('wrote', path); } catch (error) { console.log(error.code); }
      }`;
    const result = await run(script);
    expect(readFileSync(join(shadow, 'own'), 'utf8')).toBe('mine');
    expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('kept');
    expect(existsSync('/etc/pt-probe')).toBe(false);
    expect(result.stdout).not.toContain('wrote /etc');
  });

  it('sees of the home folder the toolchain alone, without its secrets', async () => {
    const script = `const fs = require('node:fs');
      console.log(fs.readdirSync(${JSON.stringify(userHome)}).join());
      console.log(fs.readdirSync(${JSON.stringify(join(userHome, '.cargo'))}).join());`;
    expect((await run(script)).stdout.trim()).toBe('.cargo\nbin');
  });

  it('reaches no server, not even one on this machine', async () => {
    const server: Server = createServer((socket) => socket.end('hello'));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const script = `const s = require('node:net').connect(${port}, '127.0.0.1');
      s.on('data', () => console.log('reached')); s.on('error', (error) => console.log(error.code));`;
    const result = await run(script);
    server.close();
    expect(result.stdout.trim()).toBe('ECONNREFUSED');
  });

  it('leaves nothing running, children in sessions of their own included', async () => {
    const mark = `pt-confined-${process.pid}`;
    const script = `
      require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => 0, 60000)', '${mark}'],
        { detached: true, stdio: 'ignore' }).unref();
      setTimeout(() => 0, 60000);`;
    const result = await run(script, { timeoutMs: 1500 });
    expect(result.timedOut).toBe(true);
    await expect.poll(() => countProcesses(mark), { timeout: 10_000 }).toBe(0);
  });
});

describe.runIf(confinement.statement.includes('GiB'))('a limited command', { timeout: SLOW }, () => {
  it('gets no more memory than it may', async () => {
    const within = await probeConfinement({ env, limits: { maxAddressSpaceBytes: 3 * 2 ** 30 } });
    const script =
      "const all = []; for (let i = 0; i < 64; i++) all.push(Buffer.alloc(2 ** 27)); console.log('took it');";
    const result = await run(script, { within });
    expect(result.stdout).not.toContain('took it');
  });
});

describe('probeConfinement', { timeout: SLOW }, () => {
  it('says what is not closed off and runs commands all the same', async () => {
    const within = await probeConfinement({ env: { ...env, PATH: join(home, 'empty') } });
    expect(within.statement).toContain('Not confined, bubblewrap');
    expect(within.statement).toContain('prlimit is not installed');
    const result = await run("console.log('ran')", { within });
    expect(result.stdout.trim()).toBe('ran');
  });
});

function countProcesses(mark: string): number {
  if (!existsSync('/proc/self/cmdline')) return 0;
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return (
        readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(mark) &&
        !readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('spawn(')
      );
    } catch {
      return false;
    }
  }).length;
}
