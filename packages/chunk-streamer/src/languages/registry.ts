import { extname } from 'node:path/posix';
import type { LanguageDefinition } from './define-language.js';
import { rust } from './rust/rust.js';
import type { RustFileSyntax } from './rust/syntax.js';

/** The languages of the package. */
export const LANGUAGES: readonly LanguageDefinition<RustFileSyntax>[] = [rust];

/** The language of a file by its extension, undefined when none reads it. */
export function languageOf(
  path: string,
  languages: readonly LanguageDefinition[] = LANGUAGES,
): LanguageDefinition | undefined {
  const extension = extname(path);
  return languages.find((language) => language.extensions.includes(extension));
}
