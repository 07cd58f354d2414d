import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { makeDirectory, makeFile, makeRecords } from './graph-fixture.js';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const RECORDS = makeRecords([makeFile('src/lib.rs', [{ name: 'a', code: 'fn a() {}' }])]);
const LINES = RECORDS.map((record) => `${JSON.stringify(record)}\n`).join('');

async function run(args: string[], input = ''): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [BIN, ...args]);
  child.stdin.end(input);
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, error };
}

describe('ingest-chunks-to-codegraph', () => {
  it('ingests records from standard input and from a file and prints the counts', async () => {
    using directory = makeDirectory();
    expect(await run(['--dir', directory.path], LINES)).toEqual({
      code: 0,
      out: '{"files":1,"rows":2,"edges":1}\n',
      error: '',
    });
    const file = join(dirname(directory.path), 'index.ndjson');
    writeFileSync(file, LINES);
    expect((await run(['--dir', directory.path, file])).code).toBe(0);
    await using store = await openStore({ dir: directory.path });
    expect((await store.findRows({})).total).toBe(2);
  });

  it('names the line that is no record and writes nothing', async () => {
    using directory = makeDirectory();
    const broken = await run(['--dir', directory.path], `${LINES}{"type":"row"}\n`);
    expect(broken).toMatchObject({ code: 1, out: '' });
    expect(broken.error).toContain('PT_STORE_RECORD_INVALID: Line 5');
    await using store = await openStore({ dir: directory.path });
    expect(await store.files()).toEqual([]);
    expect(await run([])).toMatchObject({ code: 2, out: '' });
  });
});
