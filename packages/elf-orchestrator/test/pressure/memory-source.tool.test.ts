import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createMemorySource, openPressureGauge } from '../../src/index.js';
import { waitUntil } from '../wait-until.js';

const MIB = 1024 ** 2;
// The grandchild holds the memory, so that the whole tree must be walked.
const HOLDER = `
  const { spawn } = require('node:child_process');
  if (process.argv[1] === 'hold') {
    globalThis.kept = Buffer.alloc(120 * 1024 * 1024, 1);
    process.stdout.write('held');
    setInterval(() => undefined, 1000);
  } else {
    const child = spawn(process.execPath, ['-e', process.env.HOLDER, 'hold'], { stdio: ['ignore', 'inherit', 'ignore'] });
    process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(0); });
  }
`;

describe('measuring a real process tree', () => {
  it('sees memory that a grandchild takes and gives back', async () => {
    const source = createMemorySource(process.platform);
    if (source === null) throw new Error('this platform cannot measure process memory');
    await using gauge = openPressureGauge({ rootPid: process.pid, limitBytes: 2 ** 40, intervalMs: 20 });
    const before = await source.readTree(process.pid);
    const child = spawn(process.execPath, ['-e', HOLDER], {
      env: { HOLDER },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const during = await source.readTree(process.pid);
    expect(during.processes.length).toBeGreaterThanOrEqual(before.processes.length + 2);
    expect(during.usedBytes - before.usedBytes).toBeGreaterThan(120 * MIB);
    expect(during.usedBytes - before.usedBytes).toBeLessThan(400 * MIB);
    await waitUntil('the gauge saw it', () => (gauge.latest?.usedBytes ?? 0) - before.usedBytes > 120 * MIB);
    child.kill('SIGTERM');
    await once(child, 'exit');
    await waitUntil(
      'it was given back',
      () => (gauge.latest?.usedBytes ?? Infinity) - before.usedBytes < 60 * MIB,
    );
    expect(gauge.latest?.systemRatio).toBeGreaterThan(0);
    expect(gauge.latest?.costMs).toBeLessThan(250);
  });

  it('answers an empty tree for a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    const tree = await createMemorySource(process.platform)?.readTree(child.pid ?? 0);
    expect(tree).toEqual({ usedBytes: 0, processes: [] });
  });
});
