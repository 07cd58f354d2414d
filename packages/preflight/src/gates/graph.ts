import {
  type CompilerDiagnostic,
  type Edge,
  parseKey,
  pathOfKey,
  type Row,
  type RowKey,
} from '@parseltongue/isg-core';
import type { GraphProblem } from '../ports.js';
import type { GateOutcome } from '../receipt.js';
import { hashFileOrNull } from '../tree-hash.js';
import { checkNames } from './check-names.js';
import { bringsUnseenNames, confirmRegressions } from './confirm-regressions.js';
import type { GateContext } from './gate-context.js';
import { judgeOrphans, ORPHAN_MODULE } from './judge-orphans.js';
import { judgeTestEdits } from './judge-test-edits.js';
import { readChanges } from './read-texts.js';

/**
 * T1: the future graph holds together: names, imports, paths, duplicate keys, callers of deleted rows, files no `mod`
 * item reaches, tests that say less than before.
 *
 * Only certain problems block. What the graph cannot know for sure is shown as a warning and left to the compiler.
 */
export async function checkGraph(context: GateContext): Promise<GateOutcome> {
  const known = readPlannedRows(context);
  // what waits for the graph lets the others work meanwhile
  const parts = await Promise.all([
    judgeGraph(context),
    checkNames(context),
    known.then((rows) => judgeTestEdits(context, rows)),
    known.then((rows) => findDuplicates(context, rows)),
    findDanglingCallers(context),
  ]);
  const problems = parts.flat();
  const certain = problems.filter((problem) => problem.certain);
  const total = context.proposal.rows.length;
  const failed = new Set(certain.map((problem) => problem.key ?? problem.path)).size;
  return {
    verdict: certain.length === 0 ? 'passed' : 'failed',
    reason:
      certain.length === 0
        ? null
        : certain.map((problem) => `${problem.path}:${problem.line}: ${problem.message}`).join('; '),
    diagnostics: problems.map(describeProblem),
    counts: { total, passed: Math.max(0, total - failed), failed, ignored: 0 },
    session: null,
  };
}

/** What the graph would find, and what of it is certain. */
async function judgeGraph(context: GateContext): Promise<GraphProblem[]> {
  const found = await context.graphProblems();
  const ofNames = found.filter((problem) => problem.code !== ORPHAN_MODULE);
  return [...(await confirmRegressions(ofNames, context)), ...(await judgeOrphans(found, context))];
}

/** The rows of the graph that stand in files the plan has rows of, by key. */
async function readPlannedRows({ proposal, graph }: GateContext): Promise<Map<RowKey, Row>> {
  const paths = [...new Set(proposal.rows.map((change) => pathOfKey(change.key)))];
  const rows = await Promise.all(paths.map((path) => graph.rowsOfFile(path)));
  return new Map(rows.flat().map((row) => [row.isgl1_key, row]));
}

/** A problem of the graph as a diagnostic; uncertain ones are warnings. */
function describeProblem(problem: GraphProblem): CompilerDiagnostic {
  const { path, span, line, message, code } = problem;
  return {
    tool: 'parseltongue',
    level: problem.certain ? 'error' : 'warning',
    code,
    message,
    rendered: `${path}:${line}: ${message}`,
    package_name: null,
    spans: [{ path, ...span, line, column: 1, is_primary: true, label: null }],
    suggestions: [],
    row_key: problem.key,
  };
}

/** Rows the plan creates under a key that is taken, and keys the plan names twice. */
async function findDuplicates(
  context: GateContext,
  known: ReadonlyMap<RowKey, Row>,
): Promise<GraphProblem[]> {
  const problems: GraphProblem[] = [];
  const seen = new Set<RowKey>();
  for (const change of context.proposal.rows) {
    const isTwice = seen.has(change.key);
    seen.add(change.key);
    const isTaken = change.action === 'Create' && known.has(change.key);
    if (!isTwice && !isTaken) continue;
    problems.push({
      code: 'duplicate_key',
      path: pathOfKey(change.key),
      span: change.row?.span ?? { start: 0, end: 0 },
      line: change.row?.line ?? 1,
      message: `${change.key} ${isTwice ? 'is planned twice' : 'is created but exists already'}`,
      key: change.key,
      certain: isTwice || (await isFresh(pathOfKey(change.key), context)),
    });
  }
  return problems;
}

/** Rows outside the plan that refer to a row the plan deletes. */
async function findDanglingCallers(context: GateContext): Promise<GraphProblem[]> {
  const { rows, files } = context.proposal;
  const planned = new Set(rows.map((change) => change.key));
  const deleted = rows.filter((change) => change.action === 'Delete').map((change) => change.key);
  if (deleted.length === 0) return [];
  // a dependency, a derive or a macro may bring the name of what is deleted
  const isOpen =
    files.some(({ path }) => /(^|\/)Cargo\.toml$/.test(path)) ||
    bringsUnseenNames(await readChanges(context));
  const replaced = await findReplaced(context, deleted);
  const created = rows.filter((change) => change.action === 'Create');
  const createdNames = new Set(created.map((change) => parseKey(change.key).name));
  const edges = await context.graph.edgesTo(deleted, {
    kinds: ['calls', 'uses_type', 'imports', 'uses_macro'],
  });
  const dangling = edges.filter((edge) => !planned.has(edge.from));
  return Promise.all(
    dangling.map(async (edge) => {
      const row = await context.graph.getRow(edge.from);
      // An item of the same name may take the deleted one's place, and cfg may remove the caller.
      const hasTwin = createdNames.has(parseKey(edge.to).name) || replaced.has(edge.to);
      const isStrict = isVouched(edge) && !hasTwin && row?.cfg == null;
      const certain = !isOpen && isStrict && (await isFresh(pathOfKey(edge.from), context));
      return describeDangling(edge, { line: row?.line ?? 1, certain });
    }),
  );
}

/**
 * Deleted methods that another may stand in for: the default of the trait whose implementation stays, and what the type
 * dereferences to.
 */
async function findReplaced({ graph }: GateContext, deleted: readonly RowKey[]): Promise<Set<RowKey>> {
  const gone = new Set(deleted);
  const methods = deleted.filter((key) => parseKey(key).container.length > 0);
  if (methods.length === 0) return new Set();
  const derefs = (await graph.findRows({ name: 'deref' })).rows.map((row) => row.isgl1_key);
  const owners = derefs.map((key) => /(?:^|::)Deref@(\w+)/.exec(parseKey(key).container.at(-1) ?? '')?.[1]);
  const replaced = await Promise.all(
    methods.map(async (key) => {
      const owner = parseKey(key).container.at(-1) ?? '';
      if (!owner.includes('@')) return owners.includes(/^\w+/.exec(owner)?.[0]);
      const parent = (await graph.getRow(key))?.parent_key ?? null;
      return parent !== null && !gone.has(parent);
    }),
  );
  return new Set(methods.filter((_, index) => replaced[index]));
}

function describeDangling(edge: Edge, about: { line: number; certain: boolean }): GraphProblem {
  const site = edge.sites[0] ?? { start: 0, end: 0, line: about.line };
  return {
    code: 'dangling_reference',
    path: pathOfKey(edge.from),
    span: { start: site.start, end: site.end },
    line: site.line,
    message: `${edge.from} refers to ${edge.to}, which the proposal deletes`,
    key: edge.from,
    certain: about.certain,
  };
}

function isVouched(edge: Edge): boolean {
  return edge.resolution === 'exact' || (edge.resolution === 'typed' && edge.kind !== 'imports');
}

/** True when the graph was made from the file as it is on disk; an older graph may only advise. */
async function isFresh(path: string, context: GateContext): Promise<boolean> {
  const facts = (await context.graph.files()).find((file) => file.path === path);
  return facts !== undefined && facts.hash === (await hashFileOrNull(context.root, path));
}
