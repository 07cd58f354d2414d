import { parseAttribute } from './attributes.js';
import { formatCfg, parseCfg } from './cfg.js';
import { readToken, skipBrackets } from './lex.js';

/** A `mod name;` that gives its content to another file. */
export interface ModuleDeclaration {
  name: string;
  /** Inline modules around it, outermost first. */
  inline: string[];
  /** Value of `#[path = ".."]`. */
  path: string | null;
  /** `cfg` predicates on it and on the inline modules around it. */
  cfgs: string[];
}

/** The declarations of a file and the `#![cfg(..)]` predicates on the file itself. */
export interface FileDeclarations {
  modules: ModuleDeclaration[];
  cfgs: string[];
}

/** True when both declare the same modules in the same order, so no file moves to another place. */
export function isSameDeclarations(
  one: FileDeclarations | undefined,
  other: FileDeclarations | undefined,
): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const HINT = /\bmod\s+(?:r#)?[\p{XID_Start}_][\p{XID_Continue}]*\s*;/u;
const INNER_CFG_HINT = /#!\s*\[\s*cfg\s*\(/;
const NONE: FileDeclarations = { modules: [], cfgs: [] };

/**
 * Finds what a file declares as other files' content, from its tokens and without a parse.
 *
 * Declarations inside function bodies and macro calls are not looked for.
 */
export function scanModuleDeclarations(text: string): FileDeclarations {
  if (!HINT.test(text) && !INNER_CFG_HINT.test(text)) return NONE;
  const state: ScanState = { text, at: 0, attributes: [], scopes: [], found: { modules: [], cfgs: [] } };
  while (state.at < text.length) step(state);
  return state.found;
}

interface ScanState {
  text: string;
  at: number;
  /** Outer attributes read since the last item. */
  attributes: string[];
  /** Inline modules around the current position. */
  scopes: { name: string; cfgs: string[] }[];
  found: FileDeclarations;
}

function step(state: ScanState): void {
  const { text } = state;
  const token = readToken(text, state.at);
  state.at = token.end;
  if (token.kind === 'word' && text.slice(token.start, token.end) === 'mod') readModule(state);
  if (token.kind !== 'punct') return;
  switch (text[token.start] ?? '') {
    case '#':
      readAttribute(state, token.start);
      break;
    case '{':
      state.at = skipBrackets(text, token.start);
      state.attributes = [];
      break;
    case '}':
      state.scopes.pop();
      state.attributes = [];
      break;
    case ';':
      state.attributes = [];
      break;
  }
}

function readAttribute(state: ScanState, start: number): void {
  const open = state.text.indexOf('[', start);
  if (open === -1 || /[^#!\s]/.test(state.text.slice(start, open))) return;
  state.at = skipBrackets(state.text, open);
  const attribute = state.text.slice(start, state.at);
  if (!/^#\s*!/.test(attribute)) state.attributes.push(attribute);
  else if (state.scopes.length === 0) state.found.cfgs.push(...cfgsOf([attribute]));
  else state.scopes.at(-1)?.cfgs.push(...cfgsOf([attribute]));
}

function readModule(state: ScanState): void {
  const pattern = /\s+(?:r#)?([\p{XID_Start}_][\p{XID_Continue}]*)\s*([;{])/uy;
  pattern.lastIndex = state.at;
  const [, name, end] = pattern.exec(state.text) ?? [];
  if (name === undefined) return;
  state.at = pattern.lastIndex;
  const cfgs = cfgsOf(state.attributes);
  if (end === '{') state.scopes.push({ name, cfgs });
  else {
    state.found.modules.push({
      name,
      inline: state.scopes.map((scope) => scope.name),
      path: pathOf(state.attributes),
      cfgs: [...state.scopes.flatMap((scope) => scope.cfgs), ...cfgs],
    });
  }
  state.attributes = [];
}

function cfgsOf(attributes: readonly string[]): string[] {
  const parsed = attributes.map(parseAttribute).filter((attribute) => attribute.path === 'cfg');
  return parsed.map((attribute) => formatCfg(parseCfg(attribute.args)));
}

function pathOf(attributes: readonly string[]): string | null {
  const found = attributes.map(parseAttribute).find((attribute) => attribute.path === 'path');
  return found === undefined ? null : (/^"(.*)"$/.exec(found.args)?.[1] ?? null);
}
