import { StreamError } from '../errors.js';
import type { LanguageDefinition } from './define-language.js';
import { LANGUAGES } from './registry.js';

/**
 * The languages of the package and those of the given modules, whose default export is a `LanguageDefinition`.
 *
 * A module is code of the caller: it runs in every thread that parses.
 *
 * @throws StreamError PT_STREAM_LANGUAGE_INVALID
 */
export async function loadLanguages(modules: readonly string[] = []): Promise<LanguageDefinition[]> {
  const languages: LanguageDefinition[] = [...LANGUAGES];
  for (const module of modules) {
    const language = await loadLanguage(module);
    const taken = languages.find(({ extensions }) =>
      extensions.some((one) => language.extensions.includes(one)),
    );
    if (taken !== undefined) throw invalid(module, `its files are read by ${taken.id} already`);
    languages.push(language);
  }
  return languages;
}

async function loadLanguage(module: string): Promise<LanguageDefinition> {
  let loaded: { default?: unknown };
  try {
    loaded = (await import(module)) as { default?: unknown };
  } catch (cause) {
    throw invalid(module, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (!isLanguage(loaded.default)) throw invalid(module, 'its default export is not made by defineLanguage');
  return loaded.default;
}

function isLanguage(value: unknown): value is LanguageDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { id, extensions, extract } = value as Partial<LanguageDefinition>;
  const isExtension = (one: unknown): boolean => typeof one === 'string' && one.startsWith('.');
  return (
    typeof id === 'string' &&
    Array.isArray(extensions) &&
    extensions.every(isExtension) &&
    typeof extract === 'function'
  );
}

function invalid(module: string, problem: string, cause?: unknown): StreamError {
  return new StreamError('PT_STREAM_LANGUAGE_INVALID', {
    message: `Cannot use ${module} as a language: ${problem}. Export what defineLanguage gives as its default`,
    details: { module, problem },
    cause,
  });
}
