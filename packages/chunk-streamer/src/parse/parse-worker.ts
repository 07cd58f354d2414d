import { parentPort, workerData } from 'node:worker_threads';
import { loadLanguages } from '../languages/load-languages.js';
import { parseFile } from './parse-file.js';
import { openSourceParser } from './source-parser.js';
import type { WorkerMessage, WorkerRequest, WorkerSettings } from './worker-protocol.js';

// A worker parses what it is sent, one file a message. A defect ends the worker: the pool reports the file and starts another.
async function serve(): Promise<void> {
  const settings = workerData as WorkerSettings;
  const languages = await loadLanguages(settings.languages);
  const parser = await openSourceParser(languages);
  parentPort?.on('message', ({ id, request }: WorkerRequest) => {
    send({ type: 'done', id, outcome: parseFile(parser, request, settings) });
  });
  send({ type: 'ready' });
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

serve().catch((error: unknown) => {
  send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
});
