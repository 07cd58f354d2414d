import type { Plan } from '@parseltongue/isg-core';
import type { Prd } from '../prd/prd.js';
import { formatPrd } from '../prd/prd.js';
import type { InterfaceChanges, TestChanges } from '../steps/step-schemas.js';

/** What one scan found out. */
export interface ScanFinding {
  goal: string;
  answer: string;
}

/** The plan as B01 gets to read it: behaviours, tests, interfaces, the order of the tasks and what the scans found. */
export function formatPlan({
  prd,
  plan,
  tests,
  interfaces,
  findings,
}: {
  prd: Prd;
  plan: Plan | null;
  tests: TestChanges;
  interfaces: InterfaceChanges | null;
  findings: readonly ScanFinding[];
}): string {
  const acceptance = prd.acceptance.map(
    ({ path, text }) =>
      `### ${path} (fixed: part of the change already, do not edit it)\n~~~~rust\n${text.trimEnd()}\n~~~~`,
  );
  return [
    formatPrd(prd).trimEnd(),
    ...(acceptance.length > 0 ? ['', ...acceptance] : []),
    ...(tests.tests.length > 0 ? ['', '## Tests that change (A01)'] : []),
    ...tests.tests.map(({ action, name, path, asserts }) => `- ${action} ${name} in ${path}: ${asserts}`),
    ...(interfaces === null ? [] : ['', '## Interfaces that change (A02)']),
    ...(interfaces?.interfaces ?? []).map(({ action, row, path, signature, reason }) =>
      `- ${action} ${row} in ${path}: ${signature} (${reason})`.replace(/\s+/g, ' '),
    ),
    ...(plan === null ? [] : ['', '## Order']),
    ...(plan?.tasks ?? []).filter(({ kind }) => kind === 'mutate').map(({ id, goal }) => `- ${id}: ${goal}`),
    ...(findings.length > 0
      ? [
          '',
          '## What scans found',
          ...findings.map(({ goal, answer }) => `- ${goal}\n  ${answer.replace(/\n/g, '\n  ')}`),
        ]
      : []),
  ].join('\n');
}
