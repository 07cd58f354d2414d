import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerSetup } from '../client/protocol.js';
import { type RequestPort, serveRequests } from '../worker/serve-requests.js';

// Entry of the thread or process of an engine, whose calls may block it.
if (parentPort !== null) await serveRequests(parentPort, workerData as WorkerSetup);
else if (process.send !== undefined) await serveProcess();

async function serveProcess(): Promise<void> {
  // A native script would keep the process alive after the one that asked is gone.
  process.once('disconnect', () => process.exit());
  const setup = await new Promise<WorkerSetup>((resolve) => {
    process.once('message', (message) => resolve(message as WorkerSetup));
  });
  const port: RequestPort = {
    postMessage: (message) => process.send?.(message),
    on: (_, listener) => process.on('message', (message) => listener(message as never)),
    close: () => process.disconnect(),
  };
  await serveRequests(port, setup);
}
