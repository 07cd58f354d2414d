import { parentPort, workerData } from 'node:worker_threads';
import { resolveRegion } from '../graph/resolve-region.js';
import { loadLanguages } from '../languages/load-languages.js';
import type { RustFacts } from '../languages/rust/facts.js';
import { parseStandardLibrary } from '../languages/rust/resolve/index.js';
import { parseFile } from '../parse/parse-file.js';
import { openSourceParser } from '../parse/source-parser.js';
import { packOutcome } from './pack-outcome.js';
import type { WorkerMessage, WorkerRequest, WorkerSettings } from './worker-protocol.js';

// A worker parses and resolves what it is sent, one request at a time. A defect ends the worker: the pool reports what it was at and starts another.
async function serve(): Promise<void> {
  const settings = workerData as WorkerSettings;
  const languages = await loadLanguages(settings.languages);
  const parser = await openSourceParser(languages);
  let standardLibrary: RustFacts | undefined;
  parentPort?.on('message', ({ type, id, request }: WorkerRequest) => {
    if (type === 'parse') {
      send({ type: 'parsed', id, outcome: packOutcome(parseFile(parser, request, settings), settings) });
      return;
    }
    standardLibrary ??= parseStandardLibrary();
    for (const { path, graph } of resolveRegion(request, standardLibrary))
      send({ type: 'graph', id, path, graph }, [graph.buffer]);
    send({ type: 'resolved', id });
  });
  send({ type: 'ready' });
}

function send(message: WorkerMessage, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transferred);
}

serve().catch((error: unknown) => {
  send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
});
