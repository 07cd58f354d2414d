import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { IndexRecordSchema } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { fixturePath, fixtureText } from './support/read-fixture.js';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

function run(...args: string[]) {
  return spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' });
}

describe('isg-code-chunk-streamer', () => {
  it('prints one record a line with --ndjson and nothing else on stdout', () => {
    const { status, stdout } = run(fixturePath('twins', 'input'), '--ndjson', '--workers', '1');
    expect(status).toBe(0);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => IndexRecordSchema.parse(JSON.parse(line)));
    expect(records.at(-1)?.type).toBe('ledger');
  });

  it('prints the ledger and keeps progress on stderr', () => {
    const { status, stdout, stderr } = run(fixturePath('twins', 'input'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^seen +1\nindexed +1\nskipped +0\nrows +\d+\nedges +\d+\ndiagnostics +0\n$/);
    expect(stderr).toContain('parse 1/1 files');
  });

  it('prints pieces for model input that keep a budget', () => {
    const root = fixturePath('twins', 'input');
    const { status, stdout } = run(root, '--pieces', 'item', '--max-tokens', '50', '--workers', '1');
    expect(status).toBe(0);
    const pieces = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string; token_count: number });
    expect(pieces.map((piece) => piece.text).join('')).toBe(fixtureText('twins', 'src/lib.rs'));
    expect(Math.max(...pieces.map((piece) => piece.token_count))).toBeLessThanOrEqual(50);
  });

  it.each([
    ['a budget without pieces', ['a', '--max-tokens', '9'], 2, '--max-tokens is for --pieces'],
    ['pieces nobody knows', [fixturePath('twins', 'input'), '--pieces', 'x'], 2, 'PT_STREAM_OPTION_INVALID'],
    ['no path', [], 2, 'Usage'],
    ['two paths', ['a', 'b'], 2, 'One path expected'],
    ['an unknown option', ['a', '--fast'], 2, '--fast'],
    [
      'a wrong number of workers',
      [fixturePath('twins', 'input'), '--workers', 'x'],
      2,
      'PT_STREAM_OPTION_INVALID',
    ],
    ['a root that does not exist', ['/no/such/folder'], 1, 'PT_STREAM_ROOT_NOT_FOUND'],
  ])('answers %s with a message and the exit code', (...[, args, exitCode, message]) => {
    const { status, stderr, stdout } = run(...args);
    expect(status).toBe(exitCode);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it('shows its usage on request', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: isg-code-chunk-streamer');
  });
});
