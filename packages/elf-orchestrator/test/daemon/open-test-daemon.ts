import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectDaemon,
  type Daemon,
  type DaemonClient,
  type DaemonEvent,
  type DaemonOptions,
  openDaemon,
} from '../../src/index.js';
import { type SyntheticModelSpec, writeSyntheticModel } from '../../src/testing/index.js';

export interface TestDaemon extends AsyncDisposable {
  dir: string;
  daemon: Daemon;
  client: DaemonClient;
  events: DaemonEvent[];
  install(id: string, spec: SyntheticModelSpec, settings?: object): Promise<void>;
}

/** A daemon in this process, in a directory of its own, with a connected client. */
export async function openTestDaemon(options: Partial<DaemonOptions> = {}): Promise<TestDaemon> {
  const dir = await mkdtemp(join(tmpdir(), 'elfd-'));
  const events: DaemonEvent[] = [];
  const socketPath = join(dir, 'run', 's');
  const daemon = await openDaemon({
    socketPath,
    stateDir: join(dir, 'state'),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const client = await connectDaemon({ socketPath });
  return {
    dir,
    daemon,
    client,
    events,
    async install(id, spec, settings = {}) {
      const path = join(dir, `${id}.gguf`);
      await writeSyntheticModel(path, spec);
      await client.call('models.install', {
        id,
        source: { kind: 'file', path },
        trustFirstUse: true,
        settings: { contextTokens: 1_024, ...settings },
      });
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await daemon.stop('the test is over');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
