import { type Chunker, type ChunkFileInput, type FileChunks, isInsidePath } from '@parseltongue/isg-core';
import { StreamError } from './errors.js';
import type { LanguageDefinition } from './languages/define-language.js';
import { loadLanguages } from './languages/load-languages.js';
import { LANGUAGES, languageOf } from './languages/registry.js';
import { openSourceParser } from './parse/source-parser.js';
import { placeOf, surveyRepository } from './parse/survey-repository.js';
import type { ReadOptions } from './stream-options.js';

/** How {@link openChunker} works. */
export interface ChunkerOptions extends Pick<ReadOptions, 'languages'> {
  signal?: AbortSignal;
}

/**
 * Opens a chunker for texts of the repository at `root`, as it is now: manifests and `mod` declarations are read once and
 * say crate, module and test scope. A path that is not in the repository stands where it would if it were.
 *
 * It parses in the calling thread, one text at a time, and gives the rows `streamChunks` gives for the same text.
 *
 * @throws StreamError PT_STREAM_ROOT_NOT_FOUND, PT_STREAM_ROOT_NOT_DIRECTORY, PT_STREAM_ROOT_UNREADABLE,
 * PT_STREAM_GRAMMAR_UNAVAILABLE, PT_STREAM_LANGUAGE_INVALID; `chunkFile` rejects with PT_STREAM_PATH_INVALID, PT_STREAM_LANGUAGE_UNSUPPORTED or,
 * once disposed, PT_STREAM_CLOSED
 */
export async function openChunker(
  root: string,
  options: ChunkerOptions = {},
): Promise<Chunker & AsyncDisposable> {
  const languages = await loadLanguages(options.languages);
  const survey = await surveyRepository(root, { signal: options.signal, languages });
  const parser = await openSourceParser(languages);
  let isOpen = true;
  return {
    chunkFile({ path, text }: ChunkFileInput): Promise<FileChunks> {
      return new Promise((resolve) => {
        if (!isOpen) throw closed();
        assertReadablePath(path, languages);
        const syntax = parser.parse({ path, text, place: placeOf(survey, path) });
        if (syntax === undefined) throw unsupported(path, languages);
        resolve({ rows: syntax.items.map((item) => item.chunk), diagnostics: syntax.diagnostics });
      });
    },
    [Symbol.asyncDispose](): Promise<void> {
      if (isOpen) parser[Symbol.dispose]();
      isOpen = false;
      return Promise.resolve();
    },
  };
}

/**
 * Refuses paths that no row can have.
 *
 * @throws StreamError PT_STREAM_PATH_INVALID, PT_STREAM_LANGUAGE_UNSUPPORTED
 */
export function assertReadablePath(path: string, languages: readonly LanguageDefinition[] = LANGUAGES): void {
  if (!isInsidePath(path)) {
    throw new StreamError('PT_STREAM_PATH_INVALID', {
      message: `"${path}" is no path inside the repository. Give it relative to the root, with "/"`,
      details: { path },
    });
  }
  if (languageOf(path, languages) === undefined) throw unsupported(path, languages);
}

function unsupported(path: string, languages: readonly LanguageDefinition[]): StreamError {
  const known = languages.flatMap((language) => language.extensions).join(', ');
  return new StreamError('PT_STREAM_LANGUAGE_UNSUPPORTED', {
    message: `No language reads ${path}. Give a file that ends in ${known}`,
    details: { path },
  });
}

function closed(): StreamError {
  return new StreamError('PT_STREAM_CLOSED', {
    message: 'The chunker is closed. Open another',
    details: { what: 'chunker' },
  });
}
