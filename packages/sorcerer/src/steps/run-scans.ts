import { assembleRow, estimateTokenCount, isKey, pathOfKey, type Task } from '@parseltongue/isg-core';
import { SCAN_POOL_WIDTH } from '../plan/build-plan.js';
import type { ScanFinding } from '../plan/format-plan.js';
import { runTasks } from '../plan/run-tasks.js';
import { formatBlocks, formatStepInstructions } from '../prompts/step-prompts-v1.js';
import { redactSecrets } from '../redact.js';
import { type RunSession, settingsOf, withSignal } from '../run-session.js';
import { loadPlan, type ScanReport } from './load-documents.js';

const ANSWER_TOKENS = 256;
const ANSWER_LIMIT = 2_000;

/** Scan tasks on the local tier, in parallel; each reads a few rows and answers in plain text. Nothing they say is applied. */
export async function runScans(session: RunSession): Promise<void> {
  const plan = loadPlan(session);
  if (plan === null) return;
  const scans = plan.tasks.filter(({ kind }) => kind === 'scan');
  const { scanner } = session.ports;
  session.record('stage-started', { stage: 'scan', attempt: 0 });
  if (scanner === undefined || scans.length === 0) {
    const reason = 'No local model is connected; B01 reads the rows itself';
    recordScans(session, { findings: [], not_run: scans.map(({ id }) => ({ task: id, reason })) });
    return;
  }
  const affordable = countAffordable(session);
  const ends = await runTasks(plan, scans.slice(0, affordable), {
    work: (task) => scanRows(session, task),
    width: () => Math.min(SCAN_POOL_WIDTH, scanner.maxConcurrency),
    ...withSignal(session),
  });
  const findings: ScanFinding[] = [];
  const notRun = scans
    .slice(affordable)
    .map(({ id }) => ({ task: id, reason: 'The rest of the token budget does not cover it' }));
  for (const end of ends) {
    const goal = scans.find(({ id }) => id === end.id)?.goal ?? '';
    if (end.value === null) notRun.push({ task: end.id, reason: end.error ?? 'unknown' });
    else {
      chargeScan(session, end.value);
      findings.push({ goal, answer: end.value.answer });
    }
  }
  recordScans(session, { findings, not_run: notRun });
}

/** Scans draw on what the run has left; the steps after them keep half of it. */
function countAffordable(session: RunSession): number {
  const { caps } = settingsOf(session);
  const { input_tokens, output_tokens } = session.state().ledger;
  const left = Math.max(0, caps.total_tokens - input_tokens - output_tokens);
  return Math.floor(left / 2 / caps.local_step_tokens);
}

interface ScanResult {
  answer: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  durationMs: number;
}

async function scanRows(session: RunSession, task: Task): Promise<ScanResult> {
  const { scanner, graph } = session.ports;
  if (scanner === undefined) throw new TypeError('A scan needs a scanner');
  const limit = settingsOf(session).caps.local_step_tokens - ANSWER_TOKENS;
  const prefix = `${formatStepInstructions('scan')}\n\n`;
  let code = '';
  for (const key of task.reads.filter((read) => isKey(read))) {
    const rows = await graph.rowsOfFile(pathOfKey(key));
    if (!rows.some((row) => row.isgl1_key === key)) continue;
    const next = `${code}// ${key}\n${assembleRow(key, rows).text}\n`;
    if (estimateTokenCount(prefix + task.goal + next) > limit) break;
    code = next;
  }
  if (code === '') throw new Error('None of its rows exists or fits the step budget');
  const prompt = formatBlocks([
    ['code', code],
    ['question', task.goal],
  ]);
  const said = await scanner.generate({
    prefix,
    prompt,
    maxTokens: ANSWER_TOKENS,
    temperature: 0,
    ...withSignal(session),
  });
  const answer = redactSecrets(said.text).trim().slice(0, ANSWER_LIMIT);
  if (said.finishReason === 'aborted' || answer === '') throw new Error('The model gave no answer');
  return {
    answer,
    model: scanner.id,
    inputTokens: said.inputTokens,
    outputTokens: said.outputTokens,
    durationMs: said.durationMs,
  };
}

function chargeScan(session: RunSession, result: ScanResult): void {
  session.record('model-called', {
    attempt: 0,
    step: 'scan',
    reasoner: result.model,
    finish: 'complete',
    usage: {
      input_tokens: result.inputTokens,
      output_tokens: result.outputTokens,
      cache_read_tokens: 0,
      cost_usd: null,
      estimated: false,
    },
    artefact: session.log.writeArtefact(session.nameArtefact('answer'), result),
    ms: result.durationMs,
    budget_used: 0,
    budget_warning: null,
  });
}

function recordScans(session: RunSession, report: ScanReport): void {
  session.record('stage-ended', {
    stage: 'scan',
    attempt: 0,
    artefact: session.log.writeArtefact(session.nameArtefact('scans'), report),
    done: report.findings.length,
    not_run: report.not_run,
  });
}
