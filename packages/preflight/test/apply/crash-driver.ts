// Runs as a process of its own and kills itself at the boundary it is told to.
import { readFileSync } from 'node:fs';
import { applyProposal, recoverJournal, undoLast } from '../../src/apply/index.js';
import { restoreCheckpoint } from '../../src/git/index.js';

interface Job {
  action: 'apply' | 'apply-red' | 'undo' | 'recover' | 'restore';
  /** The boundary to die at, counted from 1; 0 to live. */
  killAt: number;
  context: Parameters<typeof applyProposal>[0];
  proposal: Parameters<typeof applyProposal>[1]['proposal'];
  report: Parameters<typeof applyProposal>[1]['report'];
  checkpointId?: string;
}

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job;
let reached = 0;
const steps: string[] = [];

function faultPoint(step: string): void {
  reached += 1;
  steps.push(step);
  if (reached === job.killAt) process.kill(process.pid, 'SIGKILL');
}

async function run(): Promise<unknown> {
  const { context, proposal, report } = job;
  if (job.action === 'undo') return await undoLast(context, { faultPoint });
  if (job.action === 'recover') return await recoverJournal(context, { faultPoint });
  if (job.action === 'restore')
    return await restoreCheckpoint(context, job.checkpointId ?? '', { faultPoint });
  const isGreen = job.action === 'apply';
  const verify = (): Promise<{ ok: boolean; detail: string }> =>
    Promise.resolve({ ok: isGreen, detail: isGreen ? 'green' : 'a test is red' });
  return await applyProposal(context, { proposal, report, verify, faultPoint });
}

const outcome = await run();
process.stdout.write(JSON.stringify({ outcome, steps }));
