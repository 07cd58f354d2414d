import type { FutureRow, GraphReader, Proposal } from '@parseltongue/isg-core';
import { closerOf, openerAt, readTokenTree, type TokenTree, textAt } from '../names/token-tree.js';
import { formatTestFilter, isTest } from './find-affected-tests.js';
import { countEvasions } from './judge-test-edits.js';
import type { TestResult } from './parse-libtest.js';

/**
 * Names among `vanished` of tests that live on: renamed, moved to another file or merged into another test.
 *
 * A test lives on where the proposal deletes its row, and all its statements stand, in their order and nowhere deeper than
 * before, in a test the proposal creates or edits, which did not hold them before, ran and passed, and gained no other way
 * around its assertions. Answered once per occurrence.
 */
export async function findMovedTests(
  vanished: readonly string[],
  { proposal, graph }: { proposal: Proposal; graph: GraphReader },
  results: readonly TestResult[],
): Promise<string[]> {
  if (vanished.length === 0) return [];
  const homes = await listHomes(proposal, graph, results);
  const deleted = await listDeleted(proposal, graph);
  return vanished.filter((name) => {
    const at = deleted.findIndex(({ filter }) => isNamed(name, filter));
    const [test] = at < 0 ? [] : deleted.splice(at, 1);
    return test !== undefined && homes.some((home) => moveInto(home, test.code));
  });
}

/** A test of the proposal that may hold others. */
interface Home {
  /** What is left of its statements once those it held before, and those that moved in, are taken. */
  statements: (string | null)[];
  evasions: number[];
  /** As many ways around assertions as the tests in it had before. */
  allowed: number[];
}

async function listHomes(
  proposal: Proposal,
  graph: GraphReader,
  results: readonly TestResult[],
): Promise<Home[]> {
  const homes: Home[] = [];
  for (const { key, row } of proposal.rows) {
    if (row === null || !isTest(row)) continue;
    const filter = formatTestFilter(key);
    const own = results.filter(({ name }) => isNamed(name, filter));
    if (own.length === 0 || own.some(({ status }) => status !== 'ok')) continue;
    const before = (await graph.getRow(key))?.current_code ?? '';
    const home: Home = {
      statements: readStatements(row.current_code),
      evasions: countEvasions(row.current_code),
      allowed: countEvasions(''),
    };
    // what it held before is its own, whether or not that changed
    for (const statement of readStatements(before)) take(home, [statement]);
    home.allowed = countEvasions(before);
    homes.push(home);
  }
  return homes;
}

async function listDeleted(
  proposal: Proposal,
  graph: GraphReader,
): Promise<{ filter: string; code: string }[]> {
  const gone = proposal.rows.filter((change: FutureRow) => change.row === null);
  const rows = await Promise.all(gone.map(({ key }) => graph.getRow(key)));
  return rows.flatMap((row) =>
    row === undefined || !isTest(row)
      ? []
      : [{ filter: formatTestFilter(row.isgl1_key), code: row.current_code }],
  );
}

function isNamed(name: string, filter: string): boolean {
  return name === filter || name.endsWith(`::${filter}`);
}

function moveInto(home: Home, code: string): boolean {
  const statements = readStatements(code);
  const allowed = countEvasions(code).map((count, index) => count + (home.allowed[index] ?? 0));
  const isHonest = home.evasions.every((count, index) => count <= (allowed[index] ?? 0));
  if (statements.length === 0 || !isHonest || !take(home, statements)) return false;
  home.allowed = allowed;
  return true;
}

/** Takes consecutive statements out of a home; false when they do not stand there. */
function take({ statements }: Home, wanted: readonly string[]): boolean {
  const at = statements.findIndex((_, start) =>
    wanted.every((statement, index) => statements[start + index] === statement),
  );
  if (at < 0) return false;
  statements.fill(null, at, at + wanted.length);
  return true;
}

/** The statements of a function's body as texts that no formatting changes, those in inner blocks within theirs. */
function readStatements(code: string): string[] {
  const tree = readTokenTree(code);
  const name = tree.tokens.findIndex((token, index) => token.text === 'fn' && openerAt(tree, index) < 0);
  const open = tree.tokens.findIndex(
    (token, index) => index > name && token.text === '{' && openerAt(tree, index) < 0,
  );
  if (name < 0 || open < 0) return [];
  const statements: string[][] = [[]];
  for (let index = open + 1; index < closerOf(tree, open); index += 1) {
    const isOutside = openerAt(tree, index) === open;
    if (isOutside && textAt(tree, index) === ';') statements.push([]);
    else if (!isTrailingComma(tree, index)) statements.at(-1)?.push(textAt(tree, index));
    if (isOutside && textAt(tree, index) === '}') statements.push([]);
  }
  return statements.filter((tokens) => tokens.length > 0).map((tokens) => tokens.join(' '));
}

function isTrailingComma(tree: TokenTree, index: number): boolean {
  return textAt(tree, index) === ',' && [')', ']', '}'].includes(textAt(tree, index + 1));
}
