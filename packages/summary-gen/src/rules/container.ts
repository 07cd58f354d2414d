import type { RowKind } from '@parseltongue/isg-core';
import { typeHead } from '../syntax/format-type.js';
import { maskSource } from '../syntax/mask-source.js';
import { parseImpl } from '../syntax/parse-impl.js';
import { formatSubject } from './function-facts.js';
import type { ChildRow, Draft, NameList, RuleInput } from './rule.js';
import { isTestFunction, testWords } from './test.js';

const RANK: Readonly<Partial<Record<RowKind, number>>> = {
  trait: 0,
  struct: 1,
  enum: 1,
  union: 1,
  function: 2,
  macro: 2,
  type_alias: 3,
  const: 4,
  static: 4,
};
const REEXPORT = /\bpub(?:\([^)]*\))?\s+use\s+([^;]+);/g;

/**
 * A file, module or crate from its children: what it defines, public first; the modules it declares; what it reexports;
 * for test code the behaviors.
 */
export function summarizeContainer(input: RuleInput): Draft {
  const { row, children } = input;
  if (row.kind === 'module' && isDeclaration(row.current_code)) return summarizeDeclaration(input);
  const tests = children.filter(isTestFunction);
  const items = [...children]
    .filter((child) => RANK[child.kind] !== undefined && !isTestFunction(child))
    .sort(byImportance);
  const modules = [...new Set([...modulesOf(children), ...readDeclaredModules(row.current_code)])];
  const pieces: NameList[] = [
    { lead: 'defines', names: items.map(({ name }) => name) },
    { lead: 'tests', names: tests.map(({ name }) => testWords(name).join(' ')) },
    { lead: 'implements', names: implNames(children) },
    { lead: modules.length === 1 ? 'groups module' : 'groups modules', names: modules },
    { lead: 'reexports', names: readReexports(row.current_code) },
    { lead: 'invokes', names: macroCalls(children) },
    {
      lead: 'declares extern',
      names: children.filter(({ kind }) => kind === 'extern_block').map(({ name }) => name),
    },
  ];
  if (tests.length > 0 && row.tdd_classification === 'TEST_IMPLEMENTATION')
    pieces.unshift(...pieces.splice(1, 1));
  return toDraft(
    input,
    pieces.filter(({ names }) => names.length > 0),
  );
}

function toDraft({ row }: RuleInput, pieces: NameList[]): Draft {
  const crate = row.module_path === 'crate' && row.crate !== null ? `Crate ${row.crate}` : '';
  const [first, ...rest] = pieces;
  if (first === undefined)
    return { head: crate === '' ? `Empty ${row.kind}` : crate, clauses: [], quality: 0.3 };
  const lead = first.lead.charAt(0).toUpperCase() + first.lead.slice(1);
  const quality = 0.55;
  if (crate !== '') return { head: crate, clauses: pieces, quality };
  return { head: { lead, names: first.names }, clauses: rest, quality };
}

function summarizeDeclaration({ row }: RuleInput): Draft {
  return { head: `Declares module ${row.name} in a file of its own`, clauses: [], quality: 0.4 };
}

function isDeclaration(code: string): boolean {
  return maskSource(code).trimEnd().endsWith(';');
}

function byImportance(left: ChildRow, right: ChildRow): number {
  return importance(left) - importance(right);
}

function importance({ kind, visibility }: ChildRow): number {
  const reach = visibility === 'public' ? 0 : visibility === 'private' ? 20 : 10;
  return reach + (RANK[kind] ?? 9);
}

function implNames(children: readonly ChildRow[]): string[] {
  const impls = children.filter(({ kind }) => kind === 'impl');
  const names = impls.flatMap(({ interface_signature }) => {
    const header = parseImpl(interface_signature);
    if (header?.trait === undefined || header.trait === null || header.isNegative) return [];
    return [`${typeHead(header.trait)} for ${formatSubject(header.self)}`];
  });
  return [...new Set(names)];
}

function modulesOf(children: readonly ChildRow[]): string[] {
  const modules = children.filter(({ kind }) => kind === 'module');
  return [...modules].sort(byImportance).map(({ name }) => name);
}

function macroCalls(children: readonly ChildRow[]): string[] {
  return [...new Set(children.filter(({ kind }) => kind === 'macro_call').map(({ name }) => name))];
}

function readReexports(code: string): string[] {
  const names: string[] = [];
  for (const match of maskSource(code).matchAll(REEXPORT)) names.push(...usedNames(match[1] ?? ''));
  return [...new Set(names)];
}

// The last segment or alias of each path of a use tree; a glob keeps the segment before it.
function usedNames(tree: string): string[] {
  return tree
    .split(/[{},]/)
    .map((piece) => nameOfPath(piece.trim()))
    .filter((name) => name !== '' && name !== '_' && name !== 'self');
}

function nameOfPath(path: string): string {
  const alias = /\bas\s+([\w\u0080-\uffff]+)$/.exec(path)?.[1];
  if (alias !== undefined) return alias;
  return /([\w\u0080-\uffff]+)(?:::(?:\*|self))?$/.exec(path)?.[1] ?? '';
}

// `mod lexer;` is no row of its own: its items stand in another file.
function readDeclaredModules(code: string): string[] {
  const found = [...maskSource(code).matchAll(/\b(pub\b[^;{]*?)?\bmod\s+(?:r#)?([\w\u0080-\uffff]+)\s*;/g)];
  const rank = (match: RegExpExecArray): number => (match[1] === undefined ? 1 : 0);
  return found.sort((left, right) => rank(left) - rank(right)).map((match) => match[2] ?? '');
}
