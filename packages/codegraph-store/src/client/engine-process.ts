import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { WorkerSetup } from './protocol.js';
import type { EngineThread } from './worker-client.js';

/** Starts the built entry in a process of its own, told what to open by its first message. */
export function forkEngine(entry: URL, setup: WorkerSetup): EngineThread {
  const child = fork(entry, {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // A process that has just ended says so through its exit; a message it does not get needs no error of its own.
  const send = (message: object) => child.connected && child.send(message, () => undefined);
  send(setup);
  return {
    postMessage: send,
    on: child.on.bind(child),
    once: child.once.bind(child),
    removeAllListeners: child.removeAllListeners.bind(child),
    ref: () => {
      child.ref();
      child.channel?.ref();
    },
    unref: () => {
      child.unref();
      child.channel?.unref();
    },
    terminate: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.ref();
      child.kill('SIGKILL');
      await ended;
    },
  };
}
