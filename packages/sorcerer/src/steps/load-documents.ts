import { type Plan, PlanSchema } from '@parseltongue/isg-core';
import { z } from 'zod';
import type { ScanFinding } from '../plan/format-plan.js';
import { type Prd, PrdSchema } from '../prd/prd.js';
import type { RunSession } from '../run-session.js';
import {
  type InterfaceChanges,
  InterfaceChangesSchema,
  type TestChanges,
  TestChangesSchema,
} from './step-schemas.js';

/** The base context of the planning steps. */
const BaseContextSchema = z.strictObject({ text: z.string() });

/** What the scans of a run found. */
const ScanReportSchema = z.strictObject({
  findings: z.array(z.strictObject({ goal: z.string(), answer: z.string() })),
  not_run: z.array(z.strictObject({ task: z.string(), reason: z.string() })),
});

export type ScanReport = z.infer<typeof ScanReportSchema>;

/** The plan of the run, null without one. */
export function loadPlan(session: RunSession): Plan | null {
  const { plan } = session.state().planning;
  return plan === null ? null : PlanSchema.parse(session.log.readArtefact(plan));
}

/** What A01 said, null before it did. */
export function loadTests(session: RunSession): TestChanges | null {
  const { tests } = session.state().planning;
  return tests === null ? null : TestChangesSchema.parse(session.log.readArtefact(tests));
}

/** What A02 said, null before it did. */
export function loadInterfaces(session: RunSession): InterfaceChanges | null {
  const { interfaces } = session.state().planning;
  return interfaces === null ? null : InterfaceChangesSchema.parse(session.log.readArtefact(interfaces));
}

/** The base context of the run; empty before it was gathered. */
export function loadBase(session: RunSession): string {
  const { base } = session.state().planning;
  return base === null ? '' : BaseContextSchema.parse(session.log.readArtefact(base)).text;
}

/** The latest version of the PRD, null before there is one. */
export function loadPrd(session: RunSession): Prd | null {
  const { prd } = session.state().planning;
  return prd === null ? null : PrdSchema.parse(session.log.readArtefact(prd.artefact));
}

/** What the scans found; nothing before they ran. */
export function loadFindings(session: RunSession): ScanFinding[] {
  const { scans } = session.state().planning;
  return scans === null ? [] : ScanReportSchema.parse(session.log.readArtefact(scans)).findings;
}
