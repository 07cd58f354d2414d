import {
  assembleFile,
  type Chunk,
  canonicalJson,
  createRow,
  diffRows,
  type FileChange,
  type FutureRow,
  type GateReport,
  overlayRows,
  type Proposal,
} from '@parseltongue/isg-core';
import { hashText, hashValue } from '../hash-value.js';
import type { ReproductionStatus } from '../log/event-payloads.js';
import { currentAttempt, type RunSession, withSignal } from '../run-session.js';
import { loadProposal } from './build-proposal.js';
import { chunkText } from './chunk-text.js';

/**
 * Runs the proposal's tests on the base: a test that shows a bug has to fail there, by running and not by missing code.
 *
 * The base with only the test rows of the proposal on top goes through the same gates as every proposal; nobody's word counts.
 */
export async function reproduceBug(session: RunSession): Promise<void> {
  const proposal = loadProposal(session);
  if (proposal === null) return;
  const attempt = currentAttempt(session).number;
  session.record('stage-started', { stage: 'reproduce', attempt });
  const files = await selectTestChanges(session, proposal);
  if (files.length === 0) {
    session.record('stage-ended', {
      stage: 'reproduce',
      attempt,
      status: 'no_test',
      detail: 'The proposal changes no test',
      artefact: null,
    });
    return;
  }
  const report = await session.ports.verifier.verify(
    await createTestProposal(session, proposal, files),
    withSignal(session),
  );
  const { status, detail } = judgeReproduction(report);
  session.record('stage-ended', {
    stage: 'reproduce',
    attempt,
    status,
    detail,
    artefact: session.log.writeArtefact(session.nameArtefact('reproduction'), report),
  });
}

/** What the gates on "base plus tests" say about the tests. */
function judgeReproduction(report: GateReport): { status: ReproductionStatus; detail: string } {
  const built = report.receipts.filter(({ gate }) => gate === 'T0' || gate === 'T1' || gate === 'T3');
  const stopped = built.find(({ verdict }) => verdict === 'failed');
  if (stopped !== undefined) {
    return {
      status: 'does_not_build',
      detail: `${stopped.gate}: ${stopped.reason ?? 'the tests need code that is not there yet'}`,
    };
  }
  if (built.some(({ gate, verdict }) => gate === 'T3' && verdict !== 'passed')) {
    return { status: 'not_run', detail: 'The base with the tests was not checked' };
  }
  const ran = report.receipts.filter(({ gate }) => gate === 'T4' || gate === 'T5');
  const failing = ran.find(({ verdict, counts }) => verdict === 'failed' && counts.failed > 0);
  if (failing !== undefined) {
    return {
      status: 'reproduced',
      detail: failing.reason ?? `${failing.counts.failed} tests fail on the base`,
    };
  }
  if (ran.length === 2 && ran.every(({ verdict }) => verdict === 'passed')) {
    return {
      status: 'passes_on_base',
      detail: 'The tests pass without the change: they do not show what it is for',
    };
  }
  return {
    status: 'not_run',
    detail: ran.find(({ verdict }) => verdict !== 'passed')?.reason ?? 'The tests did not run',
  };
}

/** The base with only the test rows of the proposal on top, as file changes. */
async function selectTestChanges(session: RunSession, proposal: Proposal): Promise<FileChange[]> {
  const files: FileChange[] = [];
  for (const change of proposal.files) {
    const { path, after } = change;
    if (!path.endsWith('.rs') || after === null) continue;
    const current = await session.ports.graph.rowsOfFile(path);
    const future = await chunkText(session, path, after);
    if (
      future.length > 0 &&
      future.filter(({ kind }) => kind !== 'file').every(isTest) &&
      isTestFile(future, current)
    ) {
      files.push(change);
      continue;
    }
    if (current.length === 0) continue;
    const tests = proposal.rows.filter(
      (row) => row.key.startsWith(`${path}-`) && row.row !== null && isTest(row.row),
    );
    const text = tests.length === 0 ? undefined : mergeTests(current, tests);
    const before = await session.ports.files.readText(path);
    if (text !== undefined && before !== undefined && text !== before.text)
      files.push({ path, before_hash: before.hash, after: text });
  }
  return files;
}

function isTest(row: Pick<Chunk, 'tdd_classification'>): boolean {
  return row.tdd_classification === 'TEST_IMPLEMENTATION';
}

/** A file whose every item is a test, now and then: it can be taken as it is. */
function isTestFile(future: readonly Chunk[], current: readonly Chunk[]): boolean {
  const items = future.filter(({ kind }) => kind !== 'file');
  return items.length > 0 && current.filter(({ kind }) => kind !== 'file').every(isTest);
}

/** Test rows laid over the current rows; a created row whose parent is no test goes to the parent's end. */
function mergeTests(current: Parameters<typeof overlayRows>[0], tests: readonly FutureRow[]): string {
  const known = new Map(current.map((row) => [row.isgl1_key, row]));
  const planned = new Set(tests.map(({ key }) => key));
  const placed = tests.map((change): FutureRow => {
    const { row } = change;
    const parent = row?.parent_key;
    if (row === null || parent == null || planned.has(parent)) return change;
    const old = known.get(change.key);
    const end = Buffer.byteLength(known.get(parent)?.current_code ?? '');
    const place =
      old === undefined
        ? { parent_offset: end, order: current.length }
        : { parent_offset: old.parent_offset, order: old.order };
    return { ...change, row: { ...row, ...place } };
  });
  const rows = overlayRows(current, placed).map((row) => createRow(row));
  return assembleFile(rows).text;
}

async function createTestProposal(
  session: RunSession,
  proposal: Proposal,
  files: FileChange[],
): Promise<Proposal> {
  const current: Chunk[] = [];
  const future: Chunk[] = [];
  for (const { path, after } of files) {
    current.push(...(await session.ports.graph.rowsOfFile(path)));
    future.push(...(await chunkText(session, path, after)));
  }
  return {
    ...proposal,
    id: hashValue(files),
    plan_id: `${proposal.plan_id}-base-${hashText(canonicalJson(files)).slice(0, 8)}`,
    title: 'The tests of the proposal on the base',
    files,
    rows: diffRows(current, future),
  };
}
