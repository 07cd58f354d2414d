import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

/** A program on a real terminal of a given size. */
export interface Screen extends Disposable {
  type(...keys: string[]): void;
  /** What the terminal shows, without blank lines. */
  read(): string;
  /** Every byte the program sent, escapes and all. */
  readBytes(): string;
  /** Waits until the terminal shows it. */
  waitFor(pattern: RegExp): Promise<string>;
}

/** True when tmux is installed: without it the tests on a real terminal do not run. */
export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface ScreenOptions {
  cwd: string;
  env: Record<string, string>;
  columns?: number;
  rows?: number;
  /** Variables of the program alone; tmux chooses TERM for what runs in it. */
  variables?: Record<string, string>;
}

/** Starts a program in a tmux server of its own. */
export function openScreen(argv: readonly string[], options: ScreenOptions): Screen {
  const socket = `pt-${randomBytes(6).toString('hex')}`;
  const { CI: _ci, NO_COLOR: _plain, ...env } = options.env;
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env,
      cwd: options.cwd,
    });
  const size = ['-x', String(options.columns ?? 140), '-y', String(options.rows ?? 50)];
  // a shell tells the exit status: tmux does not always reap a program that closed its terminal first
  const variables = Object.entries(options.variables ?? {}).map(([name, value]) => `${name}=${value}`);
  const script = 'stty -echo; read -r _; stty echo; "$@"; echo "Ended with status $?"';
  tmux('new-session', '-d', '-s', 'main', ...size, 'sh', '-c', script, 'sh', 'env', ...variables, ...argv);
  tmux('set-option', '-t', 'main', 'remain-on-exit', 'on');
  const folder = mkdtempSync(join(tmpdir(), 'parseltongue-screen-'));
  const bytes = join(folder, 'bytes');
  tmux('pipe-pane', '-t', 'main', `cat > '${bytes}'`);
  tmux('send-keys', '-t', 'main', 'Enter'); // the program starts once every byte of it is kept
  const read = (): string =>
    tmux('capture-pane', '-t', 'main', '-p', '-S', '-2000')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .join('\n');
  return {
    type: (...keys) => void tmux('send-keys', '-t', 'main', ...keys),
    read,
    readBytes: () => readFileSync(bytes, 'utf8'),
    async waitFor(pattern) {
      await expect.poll(read, { timeout: 60_000, interval: 50 }).toMatch(pattern);
      return read();
    },
    [Symbol.dispose]() {
      tmux('kill-server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
