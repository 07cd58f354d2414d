import { type ResolveResult, resolveRepository } from '../../src/languages/rust/resolve/index.js';
import { rust } from '../../src/languages/rust/rust.js';
import { openSourceParser } from '../../src/parse/source-parser.js';

/** A small repository written as one text: every file follows a line `//- path`. */
export interface TextFile {
  path: string;
  text: string;
}

/** Cuts the text at its file markers. */
export function cutFiles(text: string): TextFile[] {
  return text
    .split(/^\/\/- /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { path: part.slice(0, end).trim(), text: part.slice(end + 1) };
    });
}

const PLACE = { crate: null, module_path: null, test_scope: null, cfg: [] };

/** Parses the files and resolves them as one repository. */
export async function resolveText(files: readonly TextFile[]): Promise<ResolveResult> {
  using parser = await openSourceParser([rust]);
  const manifests = files.filter(({ path }) => path.endsWith('.toml'));
  const sources = files
    .filter(({ path }) => path.endsWith('.rs'))
    .map(({ path, text }) => {
      const syntax = parser.parse({ path, text, place: PLACE });
      if (syntax === undefined) throw new Error(`${path} was not parsed`);
      return { path, items: syntax.items, facts: syntax.facts };
    });
  return resolveRepository({ files: sources, manifests });
}

/** A package of one library for tests that need no more. */
export const LIBRARY = '//- Cargo.toml\n[package]\nname = "sample"\nedition = "2021"\n';
