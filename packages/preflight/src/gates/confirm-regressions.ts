import { parseKey } from '@parseltongue/isg-core';
import type { ChangedText } from '../names/find-unknown-names.js';
import type { GraphProblem } from '../ports.js';
import type { GateContext } from './gate-context.js';
import { readChanges, readTreeText } from './read-texts.js';

/** Problems with what a name by itself or a path stands for. */
const NAME_CODES = new Set(['unresolved_import', 'unresolved_name', 'unresolved_path', 'private_item']);
/** Problems that follow from a type; certain only where the proposal touches what bears the name. */
const MEMBER_CODES = new Set(['unresolved_method']);
/** What may bring names nobody sees: imports of everything, macro calls at item position, attributes and derives. */
const BRINGERS = [
  /\buse\b[^;]*\*/g,
  /^[ \t]*[\w:]+![ \t]*[({[]/gm,
  /#!?\[\s*(?:derive|\w+::)/g,
  /\bmacro_rules\b/g,
];

/**
 * Makes problems certain that only the proposal can have caused: code it leaves as it is found its name before and finds it
 * no more, and the proposal brings nothing that could define names unseen.
 */
export async function confirmRegressions(
  problems: readonly GraphProblem[],
  context: GateContext,
): Promise<GraphProblem[]> {
  if (problems.every((problem) => problem.certain)) return [...problems];
  const changes = await readChanges(context);
  if (bringsUnseenNames(changes)) return [...problems];
  const { rows } = context.proposal;
  const planned = new Set(rows.map((row) => row.key));
  const created = new Set(rows.flatMap((row) => (row.action === 'Create' ? [parseKey(row.key).name] : [])));
  const touched = new Set(rows.filter((row) => row.action !== 'Create').map((row) => parseKey(row.key).name));
  const after = new Map(changes.map((change) => [change.path, change.after]));
  return Promise.all(
    problems.map(async (problem) => {
      if (problem.certain || problem.key === null) return problem;
      const text = after.get(problem.path) ?? (await readTreeText(context, problem.path)) ?? '';
      const bytes = Buffer.from(text).subarray(problem.span.start, problem.span.end);
      const name = bytes.toString();
      const isKept = !planned.has(problem.key) || isKeptImport(problem, text, changes);
      const isLost = NAME_CODES.has(problem.code) || (MEMBER_CODES.has(problem.code) && touched.has(name));
      return { ...problem, certain: isKept && isLost && !created.has(name) };
    }),
  );
}

/** True when changes bring what may define names nobody sees. */
export function bringsUnseenNames(changes: readonly ChangedText[]): boolean {
  return changes.some(({ before, after }) =>
    BRINGERS.some((pattern) => count(after ?? '', pattern) > count(before ?? '', pattern)),
  );
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** An import in a changed row that stands there word for word as before. */
function isKeptImport(
  { code, path, line }: GraphProblem,
  text: string,
  changes: readonly { path: string; before: string | null }[],
): boolean {
  const before = changes.find((change) => change.path === path)?.before;
  const written = text.split('\n')[line - 1]?.trim() ?? '';
  const isImport = /^(?:pub(?:\([^)]*\))?\s+)?use\b.*;$/.test(written);
  return code === 'unresolved_import' && isImport && before?.includes(written) === true;
}
