import type { DefFact, RustFacts, UseFact } from '../facts.js';
import { entryAt } from '../indexed.js';
import { type FileInput, FileLoader } from './load-file.js';
import type { Definition, Scope, SourceFile } from './model.js';
import type { Program } from './program.js';

/**
 * Gives a loaded file the facts of a text in which only function bodies differ; every answer other files got stays true.
 *
 * What stands outside of bodies keeps its objects and takes the new positions, what stands inside is made anew. False,
 * and nothing changed, when the declarations do not correspond or a body declares what is seen from outside of it: impls,
 * traits and macros.
 */
export function replaceBodies(program: Program, input: FileInput): boolean {
  const file = program.files.get(input.path);
  if (file === undefined) return false;
  const before = listOutside(file.facts);
  const after = listOutside(input.facts);
  if (before === null || after === null || !isSameOutside(file.facts, before, { facts: input.facts, after }))
    return false;
  const kept = keepOutside(file, { facts: input.facts, before, after });
  file.facts = input.facts;
  file.items = input.items;
  file.scopes = kept.scopes;
  file.defs = kept.defs;
  new FileLoader(program, file).run(new Set(after.scopes));
  return true;
}

/** Indexes of what stands outside of bodies, in the order of the facts. */
interface Outside {
  scopes: number[];
  defs: number[];
  uses: number[];
  calls: number[];
}

const SEEN_FROM_OUTSIDE: ReadonlySet<string> = new Set(['impl', 'trait', 'macro']);

/** Null when a body declares what is seen from outside of it. */
function listOutside(facts: RustFacts): Outside | null {
  const inBody: boolean[] = [];
  facts.scopes.forEach(({ kind, parent }, index) => {
    inBody[index] = kind === 'block' || (parent >= 0 && inBody[parent] === true);
  });
  const isOutside = ({ scope }: { scope: number }): boolean => inBody[scope] !== true;
  if (facts.defs.some((def) => !isOutside(def) && SEEN_FROM_OUTSIDE.has(def.kind))) return null;
  return {
    scopes: indexesWhere(facts.scopes, (_, index) => inBody[index] !== true),
    defs: indexesWhere(facts.defs, isOutside),
    uses: indexesWhere(facts.uses, isOutside),
    calls: indexesWhere(facts.macroCalls, isOutside),
  };
}

function indexesWhere<T>(entries: readonly T[], isWanted: (entry: T, index: number) => boolean): number[] {
  return entries.flatMap((entry, index) => (isWanted(entry, index) ? [index] : []));
}

function isSameOutside(
  facts: RustFacts,
  before: Outside,
  { facts: next, after }: { facts: RustFacts; after: Outside },
): boolean {
  const isEqualCount = (['scopes', 'defs', 'uses', 'calls'] as const).every(
    (part) => before[part].length === after[part].length,
  );
  if (!isEqualCount) return false;
  const isEveryPair = (part: 'defs' | 'uses', isPair: (old: number, now: number) => boolean): boolean =>
    before[part].every((old, at) => isPair(old, entryAt(after[part], at)));
  return (
    isEveryPair('defs', (old, now) => isSameDef(entryAt(facts.defs, old), entryAt(next.defs, now))) &&
    isEveryPair('uses', (old, now) => isSameUse(entryAt(facts.uses, old), entryAt(next.uses, now)))
  );
}

function isSameDef(a: DefFact, b: DefFact): boolean {
  return (
    a.kind === b.kind && a.name === b.name && a.flags === b.flags && a.exact === b.exact && a.vis === b.vis
  );
}

function isSameUse(a: UseFact, b: UseFact): boolean {
  return a.alias === b.alias && a.glob === b.glob && a.path.join('::') === b.path.join('::');
}

function keepOutside(
  file: SourceFile,
  { facts, before, after }: { facts: RustFacts; before: Outside; after: Outside },
): { scopes: Scope[]; defs: Definition[] } {
  const scopes: Scope[] = [];
  const defs: Definition[] = [];
  after.defs.forEach((now, at) => {
    const def = entryAt(file.defs, entryAt(before.defs, at));
    def.fact = entryAt(facts.defs, now);
    if (def.kind === 'enum') for (const variant of def.members?.values() ?? []) variant.fact = def.fact;
    defs[now] = def;
  });
  after.scopes.forEach((now, at) => {
    scopes[now] = entryAt(file.scopes, entryAt(before.scopes, at));
  });
  keepImports(scopes, facts, after);
  return { scopes, defs };
}

// Imports stand in their scope in the order of the facts.
function keepImports(scopes: readonly Scope[], facts: RustFacts, { uses }: Outside): void {
  const next = new Map<number, number>();
  for (const index of uses) {
    const use = entryAt(facts.uses, index);
    const at = next.get(use.scope) ?? 0;
    next.set(use.scope, at + 1);
    const target = scopes[use.scope]?.imports[at];
    if (target !== undefined) target.fact = use;
  }
}
