import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerSetup } from '../../client/protocol.js';
import { serveRequests } from '../../worker/serve-requests.js';

// Entry of the worker thread: the engine's calls are synchronous and block the thread they run on.
if (parentPort !== null) await serveRequests(parentPort, workerData as WorkerSetup);
