import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { RunEvent } from '@parseltongue/isg-core';
import type { Preflight } from '@parseltongue/preflight';
import {
  type ChangePorts,
  cancelRun,
  type RunOutcome,
  recordOutcome,
  resumeRun,
  runChange,
  runFix,
} from '@parseltongue/sorcerer';
import type { CliContext } from '../io.js';
import { renderDiff } from '../render/diff.js';
import { createChangePorts } from './change-ports.js';
import { type OpenReasoner, openReasoner } from './open-reasoner.js';
import type { Stages } from './open-stages.js';
import { createRunId } from './run-id.js';
import { settleRuns } from './settle-outcomes.js';
import { createTextMemory } from './text-memory.js';
import type { ChangeOutcome, ChangeRequest, FixRequest, ReasonerChoice, ResumeRequest } from './workspace.js';

/** What a run needs of the workspace it changes. */
export interface RunParts {
  stages: Stages;
  context: CliContext;
  openPreflight: () => Promise<Preflight>;
  requireFreshStore(): Promise<CodeGraphStore>;
  reindex(): Promise<void>;
}

/** Runs the road of `fix`. */
export function fixRepository(parts: RunParts, request: FixRequest): Promise<ChangeOutcome> {
  return finishRun(parts, request.onEvent, (ports, onEvent) =>
    runFix(ports, {
      runId: createRunId('fix'),
      dryRun: request.isDryRun,
      clippy: request.useClippy,
      commit: request.shouldCommit,
      maxAttempts: request.maxAttempts,
      signal: parts.context.signal,
      onEvent,
    }),
  );
}

/** Runs the road of `change`. */
export async function changeRepository(parts: RunParts, request: ChangeRequest): Promise<ChangeOutcome> {
  await using opened = await openChoice(parts, request.reasoner);
  return await finishRun(parts, request.onEvent, (ports, onEvent) =>
    runChange(
      { ...ports, ...pickScanner(opened) },
      {
        runId: createRunId('change'),
        request: request.request,
        reasoner: opened.reasoner,
        workflow: request.workflow,
        autonomy: request.autonomy,
        ...(request.kind === undefined ? {} : { kind: request.kind }),
        dryRun: request.isDryRun,
        commit: request.shouldCommit,
        signal: parts.context.signal,
        onEvent,
      },
    ),
  );
}

/** Takes a run up where its log ends. */
export async function resumeChange(parts: RunParts, request: ResumeRequest): Promise<ChangeOutcome> {
  await using opened = request.reasoner === undefined ? null : await openChoice(parts, request.reasoner);
  const outcome = await finishRun(parts, request.onEvent, (ports, onEvent) =>
    resumeRun({ ...ports, ...pickScanner(opened) }, request.id, {
      apply: request.shouldApply,
      approve: request.isApproved,
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      ...(request.reject === undefined ? {} : { reject: request.reject }),
      ...(request.modify === undefined ? {} : { modify: request.modify }),
      ...(request.answer === undefined ? {} : { answer: request.answer }),
      ...(opened === null ? {} : { reasoner: opened.reasoner }),
      signal: parts.context.signal,
      onEvent,
    }),
  );
  await noteVerdict(parts, request, outcome.status);
  return outcome;
}

/** What a person says to a verified proposal is known of it from now on. */
async function noteVerdict(
  { stages }: RunParts,
  { id, reject, shouldApply, accept }: ResumeRequest,
  status: RunOutcome['status'],
): Promise<void> {
  const at = Date.now();
  const isAccepted =
    (shouldApply || accept !== undefined) && (status === 'applied' || status === 'committed');
  if (isAccepted) await recordOutcome(stages.place.stateDir, id, { cause: 'accepted', at });
  if (reject !== undefined && status === 'rejected')
    await recordOutcome(stages.place.stateDir, id, { cause: 'rejected', note: reject, at });
}

/** Ends a run that waits or was cut off; false for a run that is over. */
export async function cancelChange(parts: RunParts, id: string): Promise<boolean> {
  return cancelRun(await openPorts(parts, await parts.stages.store.get()), id);
}

async function openChoice({ stages, context }: RunParts, choice: ReasonerChoice): Promise<OpenReasoner> {
  const scratchDir = join(stages.place.cacheDir, 'scratch');
  await mkdir(scratchDir, { recursive: true });
  return openReasoner(choice, { context, root: stages.place.root, scratchDir });
}

function pickScanner(opened: OpenReasoner | null): Pick<ChangePorts, 'scanner'> {
  return opened?.scanner === undefined ? {} : { scanner: opened.scanner };
}

/** Indexes first, so that the run plans on the tree as it is, and again once the run has written to it. */
async function finishRun(
  parts: RunParts,
  onEvent: (event: RunEvent) => void,
  run: (ports: ChangePorts, onEvent: (event: RunEvent) => void) => Promise<RunOutcome>,
): Promise<ChangeOutcome> {
  const { calibration } = await settleRuns(parts.stages.place, parts.context);
  const ports = { ...(await openPorts(parts, await parts.requireFreshStore())), calibration };
  const texts = createTextMemory(parts.stages.place.root);
  const outcome = await run(ports, (event) => {
    texts.remember(event);
    onEvent(event);
  });
  const diff = outcome.proposal === null ? '' : renderDiff(texts.pair(outcome.proposal));
  if (outcome.status === 'applied' || outcome.status === 'committed') await parts.reindex();
  return { ...outcome, diff };
}

async function openPorts({ stages, openPreflight }: RunParts, store: CodeGraphStore): Promise<ChangePorts> {
  const { place, chunker } = stages;
  return createChangePorts({
    root: place.root,
    stateDir: place.stateDir,
    store,
    chunker: await chunker.get(),
    preflight: await openPreflight(),
  });
}
