/** The built worker's address, whether this module runs built or from source. */
export function locateWorker(moduleUrl: string): URL {
  const path = moduleUrl.endsWith('.ts') ? '../../../dist/llama-worker.js' : './llama-worker.js';
  return new URL(path, moduleUrl);
}
