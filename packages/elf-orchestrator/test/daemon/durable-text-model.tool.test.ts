import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  connectDaemon,
  type DaemonPaths,
  launchDaemon,
  openDurableTextModel,
  stopDaemon,
} from '../../src/index.js';
import { writeSyntheticModel } from '../../src/testing/index.js';
import { createTemporaryDir } from '../temporary-dir.js';
import { waitUntil } from '../wait-until.js';

// Slow enough to be killed in the middle of an answer.
const COST = { layers: 8, feedForward: 4_096 };
const LINE = 'again\n';
let paths: DaemonPaths;

beforeAll(async () => {
  const dir = await createTemporaryDir();
  paths = { socketPath: join(dir, 's'), stateDir: join(dir, 'state'), logPath: join(dir, 'log') };
  const path = join(dir, 'loop.gguf');
  await writeSyntheticModel(path, { kind: 'loop', ...COST });
  await launchDaemon(paths);
  await using client = await connectDaemon({ socketPath: paths.socketPath });
  const settings = { contextTokens: 512, sequences: 2 };
  await client.call('models.install', {
    id: 'loop',
    source: { kind: 'file', path },
    trustFirstUse: true,
    settings,
  });
});

afterAll(() => stopDaemon(paths.socketPath));

it('gets its answers from a daemon that is killed meanwhile, each generated once', {
  timeout: 120_000,
}, async () => {
  await using model = await openDurableTextModel({ paths, model: 'loop' });
  await using watcher = await connectDaemon({ socketPath: paths.socketPath });
  const request = { prompt: 'go on', maxTokens: 20 };
  const asked = model.generate(request);
  const asking = model.generate({ prompt: 'other', maxTokens: 3 });
  await waitUntil('a job runs', async () => (await watcher.call('queue.stats', {})).byState.leased > 0);
  process.kill((await watcher.call('system.info', {})).pid, 'SIGKILL');
  await watcher.closed;
  const answer = await asked;
  expect(answer.text).toBe(LINE.repeat(20));
  expect((await asking).text).toBe(LINE.repeat(3));
  // A later process asks the same again.
  await using later = await openDurableTextModel({ paths, model: 'loop' });
  expect(await later.generate(request)).toEqual(answer);
  await using client = await connectDaemon({ socketPath: paths.socketPath });
  expect((await client.call('queue.stats', {})).byState).toMatchObject({ done: 2, queued: 0, leased: 0 });
});

it('cancels the job of a request that is aborted, and takes it up when it is asked again', {
  timeout: 120_000,
}, async () => {
  await using model = await openDurableTextModel({ paths, model: 'loop' });
  await using client = await connectDaemon({ socketPath: paths.socketPath });
  const request = { prompt: 'stop', maxTokens: 200 };
  const abort = new AbortController();
  const aborted = model.generate({ ...request, signal: abort.signal });
  await waitUntil('the job runs', async () => (await client.call('queue.stats', {})).byState.leased > 0);
  abort.abort();
  expect((await aborted).finishReason).toBe('aborted');
  expect((await client.call('queue.stats', {})).byState.cancelled).toBe(1);
  expect((await model.generate(request)).text).toBe(LINE.repeat(200));
  expect((await model.generate({ ...request, signal: abort.signal })).finishReason).toBe('aborted');
});

it('says when the daemon does not know its model', async () => {
  await expect(openDurableTextModel({ paths, model: 'nobody' })).rejects.toMatchObject({
    code: 'PT_ELF_MODEL_UNKNOWN',
  });
});
