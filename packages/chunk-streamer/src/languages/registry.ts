import { extname } from 'node:path/posix';
import type { LanguageDefinition } from './define-language.js';
import { rust } from './rust/rust.js';
import type { RustFileSyntax } from './rust/syntax.js';

/** Every language the streamer reads. */
export const LANGUAGES: readonly LanguageDefinition<RustFileSyntax>[] = [rust];

/** The language of a file by its extension, undefined when none reads it. */
export function languageOf(path: string): LanguageDefinition<RustFileSyntax> | undefined {
  const extension = extname(path);
  return LANGUAGES.find((language) => language.extensions.includes(extension));
}
