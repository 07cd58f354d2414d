import type { Chunk, Summary, TextModel } from '@parseltongue/isg-core';
import { PROMPT_VERSION } from './prompt/summary-prompt.js';

/**
 * True for a summary a model made of exactly this content by the current prompt, and by this model when one is named.
 *
 * Such a summary is reused and costs nothing again. Rule summaries are cheaper to make than to look up, so they never are.
 */
export function isReusable(summary: Summary, row: Chunk, model: TextModel | undefined): boolean {
  if (summary.provenance !== 'llm_assisted' || isStale(summary, row)) return false;
  if (model === undefined) return true;
  return summary.model_sha === model.modelSha && summary.prompt_version === PROMPT_VERSION;
}

/** True for a summary made of other content than the row has now. */
export function isStale(summary: Summary, row: Pick<Chunk, 'content_hash'>): boolean {
  return summary.content_hash !== row.content_hash;
}
