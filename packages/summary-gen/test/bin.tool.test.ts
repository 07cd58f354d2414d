import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Chunk, createRow } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRow } from './build-row.js';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const parse = buildRow({
  kind: 'function',
  name: 'parse_cfg',
  code: 'fn parse_cfg(text: &str) -> Result<Cfg, E> { tokens(text) }',
});
const limit = buildRow({ kind: 'const', name: 'LIMIT', code: 'const LIMIT: u8 = 3;' });

function run(input: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { input, encoding: 'utf8' });
  return { status, stderr, lines: stdout.split('\n').filter((line) => line !== '') };
}

const ndjson = (...documents: object[]): string =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('');

describe('interface-summary-generator', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'summaries-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes key, summary and provenance for rows, chunks and records of the chunk streamer', () => {
    const record = { type: 'row', row: { ...limit, isgl1_key: 'src/a-b.rs-_-LIMIT' } };
    const ledger = { type: 'skipped', skipped: { path: 'x.bin', reason: 'binary' } };
    const { status, stderr, lines } = run(`${ndjson(createRow(parse), limit, record, ledger)}\n`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        isgl1_key: 'src/lib.rs-_-parse_cfg',
        summary: 'Parses cfg given text; returns Cfg or fails with E; calls tokens',
        provenance: 'rule_based',
      },
      {
        isgl1_key: 'src/lib.rs-_-LIMIT',
        summary: 'Constant LIMIT of type u8, equals 3',
        provenance: 'rule_based',
      },
      {
        isgl1_key: 'src/a-b.rs-_-LIMIT',
        summary: 'Constant LIMIT of type u8, equals 3',
        provenance: 'rule_based',
      },
    ]);
  });

  it('reads rows and keys from files and answers only for the keys', () => {
    const rows = join(folder, 'rows.ndjson');
    const keys = join(folder, 'keys.json');
    writeFileSync(rows, ndjson(parse, limit).trimEnd());
    writeFileSync(keys, JSON.stringify({ isgl1_keys: [limit.isgl1_key] }));
    expect(run('', rows, '--keys', keys).lines).toHaveLength(1);
  });

  it('says which key is missing and ends with 1', () => {
    const keys = JSON.stringify({ isgl1_keys: [limit.isgl1_key, 'src/lib.rs-_-gone'] });
    const { status, stderr, lines } = run(ndjson(parse, limit), '--keys', keys);
    expect(lines).toHaveLength(1);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: '1 of the keys are not in the input, the first is src/lib.rs-_-gone\n',
    });
  });

  it('names callers and callees from edges that follow the rows', () => {
    const caller: Chunk = buildRow({ kind: 'function', name: 'boot', code: 'fn boot() {}' });
    const edge = (resolution: string, from: Chunk) => ({
      type: 'edge',
      edge: {
        from: from.isgl1_key,
        to: parse.isgl1_key,
        kind: 'calls',
        resolution,
        reason: 'path',
        sites: [],
      },
    });
    const input = ndjson(parse, caller, edge('typed', caller), edge('name', limit));
    const { lines } = run(input, '--edges');
    expect(lines[0]).toContain('calls tokens; called by boot"');
    expect(lines[1]).toContain('calls parse_cfg');
  });

  it.each([
    ['a line that is no JSON', 'x\n', [], 'PT_SUMMARY_INPUT_INVALID: Line 1 is no row: no JSON'],
    [
      'a document of another shape',
      `${JSON.stringify(limit)}\n{"a":1}\n`,
      [],
      'PT_SUMMARY_INPUT_INVALID: Line 2',
    ],
    ['an unknown option', '', ['--fast'], 'PT_SUMMARY_OPTION_INVALID'],
    ['two files', '', ['a', 'b'], 'PT_SUMMARY_OPTION_INVALID'],
    [
      'a file that is not there',
      '',
      ['missing.ndjson'],
      'PT_SUMMARY_FILE_UNREADABLE: Cannot read missing.ndjson: ENOENT',
    ],
    ['keys of another shape', '', ['--keys', '{"keys": []}'], 'PT_SUMMARY_KEYS_INVALID'],
  ])('ends with 2 and one line for %s', (...[, input, args, message]) => {
    const { status, stderr } = run(input, ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('explains itself', () => {
    expect(run('', '--help').lines.join('\n')).toContain('--keys');
  });

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [BIN], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end(ndjson(...Array.from({ length: 20_000 }, () => limit)));
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(0);
  });
});
