import { isInsidePath } from '@parseltongue/isg-core';
import { z } from 'zod';

export const PrdContract = 'pt.prd/1';

/** What kind of change is wanted; a bug needs a test that reproduces it. */
export const ChangeKindSchema = z.enum(['bug', 'feature', 'refactor']);
export type ChangeKind = z.infer<typeof ChangeKindSchema>;

/** One thing that can be seen to be true once the change is done, and the test that sees it. */
export const BehaviourSchema = z.strictObject({
  id: z.string().regex(/^B[1-9][0-9]*$/),
  statement: z.string().min(1),
  /** Name of the test function that shows it. */
  test: z.string().min(1),
  /** `new` tests come with the change, `existing` ones are there already. */
  test_state: z.enum(['new', 'existing']),
});
export type Behaviour = z.infer<typeof BehaviourSchema>;

/** A test file that belongs to the PRD: it is part of every proposal and no reasoner may edit it. */
export const AcceptanceFileSchema = z.strictObject({
  path: z
    .string()
    .refine((path) => isInsidePath(path) && path.endsWith('.rs'), 'a Rust file inside the repository'),
  text: z.string().min(1),
});
export type AcceptanceFile = z.infer<typeof AcceptanceFileSchema>;

/** The micro-PRD: what is wanted, as behaviours that tests can show. */
export const PrdSchema = z.strictObject({
  schema_version: z.literal(PrdContract),
  /** From 1; every accepted edit makes the next one. */
  version: z.int().positive(),
  request: z.string().min(1),
  kind: ChangeKindSchema,
  title: z.string().min(1).max(200),
  behaviours: z
    .array(BehaviourSchema)
    .min(1)
    .max(20)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'behaviour ids repeat'),
  out_of_scope: z.array(z.string()),
  acceptance: z.array(AcceptanceFileSchema),
});
export type Prd = z.infer<typeof PrdSchema>;

/** The planning steps that rest on a PRD. */
export type PlanningStep = 'tests' | 'interfaces' | 'plan';

/**
 * The planning steps that an edited PRD makes stale, in order.
 *
 * Behaviours decide the tests (A01); statements, kind and scope also decide the interfaces (A02); whatever changes, the
 * plan that lists them is written again. A new title alone changes the plan only; equal PRDs change nothing.
 */
export function findStaleSteps(before: Prd, after: Prd): PlanningStep[] {
  const isSame = (pick: (prd: Prd) => unknown): boolean =>
    JSON.stringify(pick(before)) === JSON.stringify(pick(after));
  const isTestsStale = !isSame((prd) => [prd.behaviours, prd.acceptance]);
  const isInterfacesStale = !isSame((prd) => [
    prd.behaviours.map(({ statement }) => statement),
    prd.kind,
    prd.out_of_scope,
  ]);
  const isPlanStale = isTestsStale || isInterfacesStale || !isSame((prd) => prd.title);
  return [
    ...(isTestsStale ? (['tests'] as const) : []),
    ...(isInterfacesStale ? (['interfaces'] as const) : []),
    ...(isPlanStale ? (['plan'] as const) : []),
  ];
}

/** A PRD as Markdown for people, with one line for every behaviour and its test. */
export function formatPrd(prd: Prd): string {
  return [
    `# ${prd.title}`,
    '',
    `Micro-PRD version ${prd.version}, ${prd.kind}. Request: ${prd.request}`,
    '',
    '## Behaviours',
    ...prd.behaviours.map(
      ({ id, statement, test, test_state: state }) => `- ${id} ${statement} (${state} test \`${test}\`)`,
    ),
    ...(prd.out_of_scope.length > 0
      ? ['', '## Out of scope', ...prd.out_of_scope.map((line) => `- ${line}`)]
      : []),
    ...(prd.acceptance.length > 0
      ? ['', '## Acceptance tests', ...prd.acceptance.map(({ path }) => `- ${path}`)]
      : []),
    '',
  ].join('\n');
}
