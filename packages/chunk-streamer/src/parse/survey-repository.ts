import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FilePlace, LanguageDefinition } from '../languages/define-language.js';
import { type ManifestText, placeFiles, UNKNOWN_PLACE } from '../languages/rust/place-files.js';
import { type FileDeclarations, scanModuleDeclarations } from '../languages/rust/scan-module-declarations.js';
import { type WalkResult, walkRepository } from '../walk/walk-repository.js';

/** What is known of a repository before any file is parsed. */
export interface RepositorySurvey extends Omit<WalkResult, 'manifests'> {
  manifests: ManifestText[];
  places: Map<string, FilePlace>;
  declarations: Map<string, FileDeclarations>;
}

/** What a survey may be told. */
export interface SurveyOptions {
  signal?: AbortSignal | undefined;
  /** Default those of the package. */
  languages?: readonly LanguageDefinition[];
  /** Texts that stand for what is on disk; null stands for a file that does not exist. */
  overlay?: ReadonlyMap<string, string | null>;
  /** Declarations that still hold, by path: these files are not read. */
  known?: ReadonlyMap<string, FileDeclarations>;
}

// Waiting for a file costs more than reading it; others have their turn after so many.
const FILES_AT_ONCE = 32;

/**
 * Walks a repository and finds out where each file stands: crate, module, test scope.
 *
 * @throws StreamError as `walkRepository`
 */
export async function surveyRepository(root: string, options: SurveyOptions = {}): Promise<RepositorySurvey> {
  const walked = await walkRepository(root, options.signal, options.languages);
  return locateSources(root, applyOverlay(walked, options.overlay ?? new Map()), options);
}

/** Finds out where each file of a walk stands. */
export async function locateSources(
  root: string,
  walked: WalkResult,
  options: SurveyOptions = {},
): Promise<RepositorySurvey> {
  const readText = (path: string) => readOverlaid(root, path, options);
  const manifests: ManifestText[] = [];
  for (const path of walked.manifests) manifests.push({ path, text: readText(path) ?? '' });
  const declarations = await readDeclarations(walked.files, readText, options);
  return {
    ...walked,
    manifests,
    declarations,
    places: placeFiles({ manifests, paths: walked.files, declarations }),
  };
}

/** The place of a file; one that is not in the repository stands where it would if it were. */
export function placeOf(survey: RepositorySurvey, path: string): FilePlace {
  const known = survey.places.get(path);
  if (known !== undefined) return known;
  const { manifests, files, declarations } = survey;
  return placeFiles({ manifests, paths: [...files, path].sort(), declarations }).get(path) ?? UNKNOWN_PLACE;
}

/** In path order: which declaration of a file counts must not depend on what was known before. */
async function readDeclarations(
  files: readonly string[],
  readText: (path: string) => string | null,
  { known, signal }: SurveyOptions,
): Promise<Map<string, FileDeclarations>> {
  const found = new Map<string, FileDeclarations>();
  const unread = files.filter((path) => known?.has(path) !== true);
  for (let start = 0; start < unread.length; start += FILES_AT_ONCE) {
    signal?.throwIfAborted();
    for (const path of unread.slice(start, start + FILES_AT_ONCE))
      found.set(path, scanModuleDeclarations(readText(path) ?? ''));
    await setImmediate();
  }
  return new Map(files.map((path) => [path, known?.get(path) ?? found.get(path) ?? NO_DECLARATIONS]));
}

const NO_DECLARATIONS: FileDeclarations = { modules: [], cfgs: [] };

/** Equal for equal places. */
export function stampPlace(place: FilePlace): string {
  return JSON.stringify([place.crate, place.module_path, place.test_scope, place.cfg]);
}

function readOverlaid(root: string, path: string, { overlay }: SurveyOptions): string | null {
  const replaced = overlay?.get(path);
  if (replaced !== undefined) return replaced;
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return null; // parsing reports why it cannot be read
  }
}

/** A walk as it would be with the texts in place. */
export function applyOverlay(walked: WalkResult, overlay: ReadonlyMap<string, string | null>): WalkResult {
  if (overlay.size === 0) return walked;
  const files = new Set(walked.files);
  const manifests = new Set(walked.manifests);
  for (const [path, text] of overlay) {
    const isManifest = path === 'Cargo.toml' || path.endsWith('/Cargo.toml');
    const set = isManifest ? manifests : files;
    if (text === null) set.delete(path);
    else if (isManifest || path.endsWith('.rs')) set.add(path);
  }
  return { ...walked, files: [...files].sort(), manifests: [...manifests].sort() };
}
