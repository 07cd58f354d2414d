import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  connectDaemon,
  type DaemonClient,
  type DaemonPaths,
  launchDaemon,
  readDaemonStatus,
  stopDaemon,
} from '../../src/index.js';
import { expectIsoAnswer, writeSyntheticModel } from '../../src/testing/index.js';
import { createTemporaryDir } from '../temporary-dir.js';
import { isProcessAlive, waitUntil } from '../wait-until.js';

const ROWS = 120;
const DAEMON_KILLS = 2;
const WORKER_KILLS = 1;

async function open(paths: DaemonPaths): Promise<{ pid: number; client: DaemonClient }> {
  const { pid } = await launchDaemon(paths);
  return { pid, client: await connectDaemon({ socketPath: paths.socketPath }) };
}

async function countDone(client: DaemonClient): Promise<number> {
  return (await client.call('queue.stats', {})).byState.done;
}

async function readWorkerPid(client: DaemonClient): Promise<number | null> {
  const { models } = await client.call('system.health', {});
  return models[0]?.workerPid ?? null;
}

describe('acceptance 6: rows that are summarized while daemon and worker are killed', () => {
  it('are all done, each exactly once, and no native code is in the daemon', {
    timeout: 120_000,
  }, async () => {
    const dir = await createTemporaryDir();
    const paths = { socketPath: join(dir, 's'), stateDir: join(dir, 'state'), logPath: join(dir, 'log') };
    const path = join(dir, 'iso.gguf');
    await writeSyntheticModel(path, { kind: 'iso' });
    let { client, pid } = await open(paths);
    await client.call('models.install', {
      id: 'iso',
      source: { kind: 'file', path },
      trustFirstUse: true,
      settings: { contextTokens: 256 },
    });
    const prompts = Array.from(
      { length: ROWS },
      (_, row) => `row ${row} ${String.fromCharCode(33 + (row % 90))}`,
    );
    const nodes = prompts.map((prompt, row) => ({
      name: `row${row}`,
      job: { model: 'iso', prompt, maxTokens: 20, prefix: 'Summarize the row. ' },
    }));
    await client.call('jobs.submit', { key: 'summaries', nodes });
    for (let kill = 1; kill <= DAEMON_KILLS + WORKER_KILLS; kill += 1) {
      const goal = (ROWS / (DAEMON_KILLS + WORKER_KILLS + 1)) * kill;
      await waitUntil('enough rows are done', async () => (await countDone(client)) >= goal);
      if (kill % 2 === 0) {
        const worker = await readWorkerPid(client);
        if (worker !== null) process.kill(worker, 'SIGKILL');
        continue;
      }
      process.kill(pid, 'SIGKILL');
      await client.closed;
      await waitUntil('the daemon is gone', () => !isProcessAlive(pid));
      expect((await readDaemonStatus(paths.socketPath)).state).toBe('stale');
      ({ client, pid } = await open(paths));
    }
    // Whoever submitted may submit again after a crash: the same key names the same jobs.
    const tasks = await client.call('jobs.submit', { key: 'summaries', nodes });
    const done = await client.call('jobs.wait', { ids: tasks.map(({ id }) => id) });
    expect(done.map(({ result }: any) => String(result.text))).toEqual(
      prompts.map((prompt) => expectIsoAnswer(prompt.charCodeAt(prompt.length - 1))),
    );
    if (process.platform === 'linux')
      expect(await readFile(`/proc/${pid}/maps`, 'utf8')).not.toMatch(/llama|ggml/);
    await client[Symbol.asyncDispose]();
    expect(await stopDaemon(paths.socketPath)).toBe(true);
    expect((await readDaemonStatus(paths.socketPath)).state).toBe('absent');
    const journal = await readFile(join(paths.stateDir, 'queue', 'journal.ndjson'), 'utf8');
    const finished = journal
      .split('\n')
      .filter((line) => line.includes('"type":"done"'))
      .map((line) => String(JSON.parse(line.slice(9)).id));
    expect(finished).toHaveLength(ROWS);
    expect(new Set(finished).size).toBe(ROWS);
  });
});
