import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess } from '../../src/index.js';

const env = { PATH: process.env['PATH'] ?? '' };
const cwd = tmpdir();
const base = { cwd, env, timeoutMs: 20_000 };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'preflight-process-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that starts a child which notes its pid, says so, and then does `after`. */
function spawner(pidFile: string, after: string): [string, ...string[]] {
  const child = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
  const code = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'ignore' });
    const t = setInterval(() => { if (!require('fs').existsSync(${JSON.stringify(pidFile)})) return; clearInterval(t); ${after} }, 10);`;
  return [process.execPath, '-e', code];
}

async function waitUntilGone(pidFile: string): Promise<boolean> {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    if (!isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/** False too for a process that ended and that nobody asked for its exit code yet. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  try {
    process.kill(pid, 0);
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
  } catch {
    return false;
  }
}

describe('runProcess', () => {
  it('answers exit, output and lines of a program', async () => {
    const lines: string[] = [];
    const code = 'process.stdin.pipe(process.stdout); process.stderr.write("grüße"); process.exitCode = 3';
    const result = await runProcess({
      ...base,
      argv: [process.execPath, '-e', code],
      stdin: 'one\ntwo',
      onStdoutLine: (line) => lines.push(line),
    });
    expect(result).toMatchObject({
      exit: 3,
      signal: null,
      stdout: 'one\ntwo',
      stderr: 'grüße',
      timedOut: false,
      truncated: false,
    });
    expect(lines).toEqual(['one', 'two']);
  });

  it('hands the child only the environment it is given', async () => {
    const result = await runProcess({ ...base, argv: [process.execPath, '-p', 'process.env.HOME'] });
    expect(result.stdout.trim()).toBe('undefined');
  });

  it('keeps the first bytes of long output and still hands out every line', async () => {
    let count = 0;
    const code = 'for (let i = 0; i < 5000; i++) console.log("line " + i)';
    const result = await runProcess({
      ...base,
      argv: [process.execPath, '-e', code],
      maxOutputBytes: 100,
      onStdoutLine: () => (count += 1),
    });
    expect(result.truncated).toBe(true);
    expect(result.stdout).toHaveLength(100);
    expect(count).toBe(5000);
  });

  it('says how to get a program that is missing', async () => {
    await expect(runProcess({ ...base, argv: ['cargo-that-is-not-there'] })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_TOOL_MISSING',
      details: { tool: 'cargo-that-is-not-there' },
    });
  });

  it('kills the children of a program that takes too long', { timeout: 40_000 }, async () => {
    const pidFile = join(folder, 'timeout.pid');
    const result = await runProcess({ ...base, argv: spawner(pidFile, ''), timeoutMs: 1500 });
    expect(result).toMatchObject({ timedOut: true, exit: null });
    expect(await waitUntilGone(pidFile)).toBe(true);
  });

  it('kills a program that ignores the request to end', { timeout: 20_000 }, async () => {
    const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    const result = await runProcess({ ...base, argv: [process.execPath, '-e', code], timeoutMs: 500 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  });

  it('kills what a program leaves behind', { timeout: 40_000 }, async () => {
    const pidFile = join(folder, 'leftover.pid');
    const result = await runProcess({ ...base, argv: spawner(pidFile, 'process.exit(0)') });
    expect(result.exit).toBe(0);
    expect(await waitUntilGone(pidFile)).toBe(true);
  });

  it('rejects with the reason of an abort once the tree is dead', { timeout: 40_000 }, async () => {
    const pidFile = join(folder, 'abort.pid');
    const stop = new AbortController();
    const running = runProcess({
      ...base,
      argv: spawner(pidFile, 'console.log("up")'),
      signal: stop.signal,
      onStdoutLine: () => stop.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    expect(existsSync(pidFile)).toBe(true);
    expect(await waitUntilGone(pidFile)).toBe(true);
  });
});
