import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createOpenAiHttpModel, openLlamaModel } from '../../src/index.js';
import { CHAIN20_LINES, writeSyntheticModel } from '../../src/testing/index.js';
import { openTestDaemon } from '../daemon/open-test-daemon.js';
import { createTemporaryDir } from '../temporary-dir.js';
import { waitUntil } from '../wait-until.js';

// A second real backend, where there is one: benchmarks/build-llama-server.mjs builds it.
const BINARY = process.env['LLAMA_SERVER'];

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

it.runIf(BINARY !== undefined)(
  'acceptance 17: a real llama-server answers as the worker does, alone and behind the daemon',
  { timeout: 120_000 },
  async () => {
    const modelPath = join(await createTemporaryDir(), 'chain.gguf');
    await writeSyntheticModel(modelPath, { kind: 'chain20' });
    const port = await findFreePort();
    const flags = ['-m', modelPath, '-t', '1', '-np', '2', '-c', '2048', '--port', String(port)];
    const server = spawn(BINARY ?? '', [...flags, '--host', '127.0.0.1'], { stdio: 'ignore' });
    try {
      const isUp = () =>
        fetch(`http://127.0.0.1:${port}/health`).then(
          ({ ok }) => ok,
          () => false,
        );
      await waitUntil('the server is up', isUp);
      const baseUrl = `http://127.0.0.1:${port}/v1`;
      const theirs = createOpenAiHttpModel({ baseUrl, model: 'chain', endpoint: 'completions' });
      await using ours = await openLlamaModel({ modelPath, contextTokens: 512, sequences: 2, threads: 1 });
      for (const request of [
        { prompt: 'go on', maxTokens: 40 },
        { prompt: 'go on', maxTokens: 3 },
        { prompt: 'go on', maxTokens: 40, stop: ['line05'] },
      ]) {
        const [here, there] = await Promise.all([ours.generate(request), theirs.generate(request)]);
        expect(there.text.trimEnd()).toBe(here.text.trimEnd());
        expect(there.inputTokens).toBe(here.inputTokens);
        expect(there.finishReason).toBe(here.finishReason);
      }
      await using test = await openTestDaemon();
      const settings = {
        preset: 'llama-server',
        baseUrl,
        model: 'chain',
        maxConcurrency: 2,
        isRemoteAllowed: false,
      } as const;
      await test.client.call('models.install', {
        id: 'served',
        source: { kind: 'server', server: settings },
      });
      const answer = await test.client.generate({ model: 'served', prompt: 'go on', maxTokens: 40 });
      expect(answer.text).toContain(CHAIN20_LINES.join('').trimEnd());
      expect(answer.provenance).toMatchObject({ engineRelease: 'llama-server over http' });
      expect((await test.client.call('tokenize', { model: 'served', text: 'abc' })).count).toBe(
        await ours.countTokens('abc'),
      );
    } finally {
      server.kill('SIGKILL');
    }
  },
);
