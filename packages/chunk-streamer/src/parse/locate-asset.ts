import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { StreamError } from '../errors.js';

/**
 * Path of a wasm grammar: beside the built code, or in the grammar's package when running from source.
 *
 * @throws StreamError PT_STREAM_GRAMMAR_UNAVAILABLE when neither place has it
 */
export function locateGrammar(grammar: { package: string; file: string }): string {
  const built = fileURLToPath(new URL(grammar.file, builtFolder()));
  if (existsSync(built)) return built;
  try {
    return createRequire(import.meta.url).resolve(`${grammar.package}/${grammar.file}`);
  } catch (cause) {
    throw new StreamError('PT_STREAM_GRAMMAR_UNAVAILABLE', {
      message: `The grammar ${grammar.file} is neither in the package nor in ${grammar.package}. Reinstall or rebuild the package`,
      details: { file: grammar.file },
      cause,
    });
  }
}

/** URL of the built worker; workers run built code, also when their caller runs from source. */
export function locateWorker(): URL {
  return new URL('stream-worker.js', builtFolder());
}

function builtFolder(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../../dist/', import.meta.url)
    : new URL('./', import.meta.url);
}
