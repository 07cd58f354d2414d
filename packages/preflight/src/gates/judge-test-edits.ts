import { type FutureRow, pathOfKey, type Row, type RowKey, type Span } from '@parseltongue/isg-core';
import { readTokenTree, textAt } from '../names/token-tree.js';
import type { GraphProblem } from '../ports.js';
import type { GateContext } from './gate-context.js';
import { readTreeText } from './read-texts.js';

/** Ways around a test that leave it in place and green. */
const EVASIONS: readonly { pattern: RegExp; what: string }[] = [
  { pattern: /#\[should_panic/g, what: 'expects a panic it did not expect before' },
  { pattern: /\breturn\b/g, what: 'returns where it did not before' },
  { pattern: /\b(?:if|while) false\b|\bcfg!\(/g, what: 'skips a part that ran before' },
  { pattern: /\bcatch_unwind\b/g, what: 'swallows panics it did not swallow before' },
  { pattern: /\bassert!\(\s*true\b/g, what: 'asserts what is always true' },
  { pattern: /#\[(?:ignore|cfg|cfg_attr)\b/g, what: 'is ignored or left out by configuration' },
];

/** Settings under which tests run less, or differently. */
const SETTINGS: readonly { file: RegExp; count: (text: string) => number }[] = [
  { file: /(^|\/)Cargo\.toml$/, count: countManifestSettings },
  {
    file: /(^|\/)\.cargo\/config(\.toml)?$/,
    count: (text) =>
      count(
        text,
        /^\s*(?:\[(?:target|env|alias|source)\b|runner\s*=|rustc(?:-wrapper|-workspace-wrapper)?\s*=|rustflags\s*=|rustdoc(?:flags)?\s*=|target-dir\s*=|build-dir\s*=)/gm,
      ),
  },
];
const MANIFEST_SETTING =
  /(?:^|[\s{,.])(?:(?:harness|test|doctest|autotests|debug-assertions|overflow-checks)\s*=\s*false\b|panic\s*=\s*["']abort["'])/g;
/** Tables that no test is built by: benches, examples and the profiles of other builds. */
const UNTESTED_TABLE = /^(?:bench|example)$|^profile\.(?!(?:dev|test)\b)/;

const ASSERTION_NAMES = 'assert|assert_eq|assert_ne|debug_assert|debug_assert_eq|panic';
const SHADOWED_MACRO = new RegExp(
  `macro_rules!\\s*(?:${ASSERTION_NAMES})\\b|\\bas (?:${ASSERTION_NAMES})\\s*[;,}]`,
  'g',
);
const TEST_ONLY_BRANCH = /\bcfg!\(\s*(?:not\(\s*)?test\b|#\[cfg\(not\(test\)\)\]/g;

/**
 * Finds what makes tests say less than before: weaker assertions, ways around them, code that knows it is tested, settings
 * that keep tests from running.
 *
 * A change of what a test expects is not among them: behaviour may change. Deleted, hidden and renamed tests are left to the
 * gates that run them.
 */
export async function judgeTestEdits(
  context: GateContext,
  known: ReadonlyMap<RowKey, Row>,
): Promise<GraphProblem[]> {
  const problems: GraphProblem[] = [];
  for (const change of context.proposal.rows) {
    if (change.row === null) continue;
    const old = known.get(change.key);
    const what = describeWeakening(change, old);
    if (what !== null) problems.push(createProblem(change, `${change.key} ${what}`));
  }
  for (const { path, after } of context.proposal.files) {
    const rule = SETTINGS.find(({ file }) => file.test(path));
    if (rule === undefined || after === null) continue;
    const before = (await readTreeText(context, path)) ?? '';
    if (rule.count(after) > rule.count(before))
      problems.push(createFileProblem(path, 'sets how tests are built or run; make this change by hand'));
  }
  return problems;
}

/** How often each way around a test stands in a text. */
export function countEvasions(code: string): number[] {
  return EVASIONS.map(({ pattern }) => count(code, pattern));
}

function describeWeakening(change: FutureRow, old: Row | undefined): string | null {
  if (change.row === null) return null;
  const [before, after] = [old?.current_code ?? '', change.row.current_code];
  if (count(after, SHADOWED_MACRO) > count(before, SHADOWED_MACRO))
    return 'gives an assertion macro another meaning';
  if (change.row.tdd_classification !== 'TEST_IMPLEMENTATION')
    return count(after, TEST_ONLY_BRANCH) > count(before, TEST_ONLY_BRANCH)
      ? 'does something else while it is tested'
      : null;
  const isBench = /(^|\/)benches\//.test(pathOfKey(change.key)); // counted as tests, run by none
  return old === undefined || isBench ? null : describeWeakerTest(before, after);
}

function describeWeakerTest(before: string, after: string): string | null {
  const [old, now] = [countAssertions(before), countAssertions(after)];
  if (now.all < old.all) return `asserts less than before (${old.all} assertions before, ${now.all} after)`;
  if (now.equalities < old.equalities) return 'compares less exactly than before';
  if (now.tautologies > old.tautologies) return 'compares a value with itself';
  const [was, is] = [dropConditions(before), dropConditions(after)];
  return EVASIONS.find(({ pattern }) => count(is, pattern) > count(was, pattern))?.what ?? null;
}

/** A condition on the test as a whole; what is in the brackets may hold two more levels of them. */
const CONDITION = /#\[\s*cfg(?:_attr)?\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*\]/g;

/** A test without the conditions it stands under as a whole: whether it still runs is told by running the tests. */
function dropConditions(code: string): string {
  const head = /\bfn\b/.exec(code)?.index ?? 0;
  const rest = code
    .slice(0, head)
    .replace(CONDITION, (attribute) => (attribute.includes('should_panic') ? attribute : ''));
  return `${rest}${code.slice(head)}`;
}

interface AssertionCounts {
  all: number;
  equalities: number;
  tautologies: number;
}

function countAssertions(code: string): AssertionCounts {
  const tree = readTokenTree(code);
  const counts: AssertionCounts = { all: 0, equalities: 0, tautologies: 0 };
  for (const index of tree.tokens.keys()) {
    const name = textAt(tree, index);
    if (textAt(tree, index + 1) !== '!' || !/^(debug_)?assert/.test(name)) continue;
    counts.all += 1;
    const isEquality = /_(eq|ne)$/.test(name) || readArguments(tree, index + 2)[0]?.includes('==') === true;
    if (isEquality) counts.equalities += 1;
    const [left, right] = readArguments(tree, index + 2);
    if (name.endsWith('_eq') && left !== undefined && left === right) counts.tautologies += 1;
  }
  return counts;
}

/** The arguments of a macro whose bracket opens at `open`, without blanks. */
function readArguments(tree: ReturnType<typeof readTokenTree>, open: number): string[] {
  const close = tree.closer.get(open) ?? open;
  const parts = [''];
  for (let index = open + 1; index < close; index += 1) {
    const isComma = tree.opener[index] === open && textAt(tree, index) === ',';
    if (isComma) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${textAt(tree, index)}`);
  }
  return parts;
}

/** Settings of a manifest under which tests run less, or differently, table by table. */
function countManifestSettings(text: string): number {
  let table = '';
  let found = 0;
  for (const line of text.split('\n')) {
    const head = /^\s*\[+\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (head !== undefined) table = head.replace(/["'\s]/g, '');
    else if (!UNTESTED_TABLE.test(table) && !/^\s*#/.test(line)) found += count(line, MANIFEST_SETTING);
  }
  return found;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function createProblem(change: FutureRow, message: string): GraphProblem {
  const span: Span = change.row?.span ?? { start: 0, end: 0 };
  const path = pathOfKey(change.key);
  return {
    code: 'weakened_test',
    path,
    span,
    line: change.row?.line ?? 1,
    message,
    key: change.key,
    certain: true,
  };
}

function createFileProblem(path: string, what: string): GraphProblem {
  const span = { start: 0, end: 0 };
  return {
    code: 'changed_runner',
    path,
    span,
    line: 1,
    message: `${path} ${what}`,
    key: null,
    certain: true,
  };
}
