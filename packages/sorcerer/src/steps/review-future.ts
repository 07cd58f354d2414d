import { assembleRow, type Proposal } from '@parseltongue/isg-core';
import { packContext } from '../context/pack-context.js';
import { formatPrd } from '../prd/prd.js';
import { formatBlocks } from '../prompts/step-prompts-v1.js';
import { currentAttempt, type RunSession, settingsOf } from '../run-session.js';
import { askStep } from './ask-step.js';
import { loadProposal } from './build-proposal.js';
import { chunkText } from './chunk-text.js';
import { loadPrd } from './load-documents.js';
import { ReviewSchema } from './step-schemas.js';

/** Share of the context budget that current and future code may take. */
const CODE_SHARE = 0.6;

/**
 * B02: a second look at current against future code before anything is compiled.
 *
 * It can send the change back once; it can never let one pass. A review that fails or cannot be read is recorded and the
 * gates decide alone.
 */
export async function reviewFuture(session: RunSession): Promise<void> {
  const proposal = loadProposal(session);
  if (proposal === null) return;
  const attempt = currentAttempt(session).number;
  session.record('stage-started', { stage: 'review', attempt });
  const prd = loadPrd(session);
  const result = await askStep(session, {
    step: 'review',
    attempt,
    context: '',
    schema: ReviewSchema,
    task: formatBlocks([
      ['request', settingsOf(session).request],
      ['prd', prd === null ? '' : formatPrd(prd)],
      ['change', await formatChange(session, proposal)],
    ]),
  });
  const review = result.status === 'answered' ? result.value : { findings: [] };
  const blocking = review.findings.filter(({ severity }) => severity === 'blocking');
  session.record('stage-ended', {
    stage: 'review',
    attempt,
    artefact: session.log.writeArtefact(session.nameArtefact('review'), review),
    objections: blocking.map(({ row, what }) => `${row}: ${what}`),
    not_run: result.status === 'ended' ? result.reason : null,
  });
}

async function formatChange(session: RunSession, { rows, files }: Proposal): Promise<string> {
  const entries: string[] = [];
  for (const { path, after } of files) {
    const current = await session.ports.graph.rowsOfFile(path);
    const future = await chunkText(session, path, after);
    if (!path.endsWith('.rs')) entries.push(`### ${path}\n<future>\n${after ?? ''}\n</future>`);
    for (const { key, action } of rows.filter((row) => row.key.startsWith(`${path}-`))) {
      const before = current.some((row) => row.isgl1_key === key) ? assembleRow(key, current).text : '';
      const next = future.some((row) => row.isgl1_key === key) ? assembleRow(key, future).text : '';
      if (before === next) continue;
      entries.push(`### ${action} ${key}\n<current>\n${before}\n</current>\n<future>\n${next}\n</future>`);
    }
  }
  const budget = Math.floor(settingsOf(session).caps.context_tokens * CODE_SHARE);
  return packContext([{ title: 'Changed rows', entries, share: 1 }], budget).text;
}
