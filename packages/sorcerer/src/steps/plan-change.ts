import { isInsidePath, isKey, pathOfKey, type RowKey } from '@parseltongue/isg-core';
import { buildPlan } from '../plan/build-plan.js';
import { checkPlan } from '../plan/validate-plan.js';
import { formatPrd, type Prd } from '../prd/prd.js';
import { formatBlocks } from '../prompts/step-prompts-v1.js';
import { type RunSession, settingsOf } from '../run-session.js';
import { askStep } from './ask-step.js';
import { endPlanning } from './end-planning.js';
import { loadBase, loadInterfaces, loadPrd, loadTests } from './load-documents.js';
import {
  type InterfaceChanges,
  InterfaceChangesSchema,
  type TestChanges,
  TestChangesSchema,
} from './step-schemas.js';

/** A01: names the tests that change, by behaviour. Every behaviour with a new test needs one. */
export async function planTests(session: RunSession): Promise<void> {
  const prd = loadPrd(session);
  if (prd === null) return;
  session.record('stage-started', { stage: 'tests', attempt: 0 });
  const result = await askStep(session, {
    step: 'tests',
    attempt: 0,
    context: loadBase(session),
    schema: TestChangesSchema.refine(
      ({ tests }) => isCovering(prd, tests),
      'every behaviour of the PRD needs a test with its id and its test name',
    ),
    task: formatBlocks([
      ['request', prd.request],
      ['prd', formatPrd(prd)],
    ]),
  });
  if (result.status === 'ended') endPlanning(session, result);
  else {
    const artefact = session.log.writeArtefact(session.nameArtefact('tests'), result.value);
    session.record('stage-ended', { stage: 'tests', attempt: 0, artefact });
  }
}

/** A02: names the interfaces that change and what has to be scanned first. */
export async function planInterfaces(session: RunSession): Promise<void> {
  const prd = loadPrd(session);
  if (prd === null) return;
  session.record('stage-started', { stage: 'interfaces', attempt: 0 });
  const result = await askStep(session, {
    step: 'interfaces',
    attempt: 0,
    context: loadBase(session),
    schema: InterfaceChangesSchema,
    task: formatBlocks([
      ['request', prd.request],
      ['prd', formatPrd(prd)],
      ['tests', JSON.stringify(loadTests(session)?.tests ?? [])],
    ]),
  });
  if (result.status === 'ended') endPlanning(session, result);
  else {
    const artefact = session.log.writeArtefact(session.nameArtefact('interfaces'), result.value);
    session.record('stage-ended', { stage: 'interfaces', attempt: 0, artefact });
  }
}

/** Writes plan.json from A01 and A02; a plan that breaks its rules is not run. */
export async function writePlan(session: RunSession): Promise<void> {
  const prd = loadPrd(session);
  const tests = loadTests(session);
  const interfaces = loadInterfaces(session);
  if (prd === null || tests === null || interfaces === null) return;
  const files = interfaces.interfaces.map(({ row, path }) => (isKey(row) ? pathOfKey(row) : path));
  const check = checkPlan(
    buildPlan({
      planId: session.runId,
      baseTree: await session.ports.verifier.hashTree([]),
      prd,
      tests,
      interfaces,
      caps: settingsOf(session).caps,
      neighbours: await findNeighbours(session, interfaces),
    }),
  );
  if (check.status === 'invalid' || files.some((path) => !isInsidePath(path))) {
    const why =
      check.status === 'invalid' ? check.problems.map(({ message }) => message) : ['a path outside'];
    endPlanning(session, { outcome: 'malformed', reason: `The plan cannot run: ${why.join('; ')}` });
    return;
  }
  const artefact = session.log.writeArtefact(session.nameArtefact('plan'), check.plan);
  session.record('stage-ended', { stage: 'plan', attempt: 0, artefact, task_count: check.plan.tasks.length });
}

function isCovering(prd: Prd, tests: TestChanges['tests']): boolean {
  return prd.behaviours.every(({ id, test }) =>
    tests.some((change) => change.behaviour === id && change.name === test && change.action !== 'Delete'),
  );
}

/** Files whose changed rows are joined by an edge. */
async function findNeighbours(
  session: RunSession,
  { interfaces }: InterfaceChanges,
): Promise<[string, string][]> {
  const keys = interfaces.map(({ row }) => row).filter((row): row is RowKey => isKey(row));
  if (keys.length === 0) return [];
  const edges = [
    ...(await session.ports.graph.edgesFrom(keys)),
    ...(await session.ports.graph.edgesTo(keys)),
  ];
  return edges.map(({ from, to }) => [pathOfKey(from), pathOfKey(to)]);
}
