import type { LlamaGrammarEvaluationState, LlamaModel, Token } from 'node-llama-cpp';
import { placeToPriority } from './batch-order.js';
import type { PrefixStates } from './prefix-states.js';
import type { Slot } from './sequence-pool.js';
import type { PacedSequence, StepPacer } from './step-pacer.js';
import { createTextEmitter, type TextEmitter } from './text-emitter.js';

/** What ends a generation besides the model's own end token. */
export interface StopRules {
  texts: string[];
  tokens: Set<Token>;
}

/** Settings of one generation. */
export interface GenerateTokensOptions {
  model: LlamaModel;
  stop: StopRules;
  signal: AbortSignal;
  maxTokens: number;
  /** Prompt tokens evaluated at once. */
  sliceTokens: number;
  /** Keeps this sequence in step with the others. */
  pacer: StepPacer;
  sampling: { temperature: number; seed?: number; grammarEvaluationState?: LlamaGrammarEvaluationState };
  /** How many leading tokens other prompts share, and where their evaluation is kept. */
  shared?: { tokens: number; states: PrefixStates };
  onDelta?: (text: string) => void;
}

/** The text of one generation and the cost of its phases. */
export interface GeneratedTokens {
  text: string;
  finishReason: 'stop' | 'length' | 'aborted';
  outputTokens: number;
  reusedTokens: number;
  /** Until the first token. */
  prefillMs: number;
  /** From the first token to the last. */
  decodeMs: number;
}

/**
 * Evaluates a prompt in slices and generates up to `maxTokens` tokens after it.
 *
 * Aborts between slices and between tokens. The prompt and its answer must fit into the context; the caller counts.
 */
export async function generateTokens(
  slot: Slot,
  prompt: readonly Token[],
  options: GenerateTokensOptions,
): Promise<GeneratedTokens> {
  const startedAt = performance.now();
  const reusedTokens = await reusePrefix(slot, prompt, options);
  // The last prompt token is always evaluated, because the first new token comes from it.
  await slot.sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const at = await prefill(slot, prompt, { ...options, until: prompt.length });
  const output: Token[] = [];
  const emitter =
    options.onDelta === undefined
      ? null
      : createTextEmitter(options.model, options.stop.texts, options.onDelta);
  const decoded = await decode(slot, prompt.slice(at), { ...options, output, emitter });
  const { finishReason, firstTokenAt } = decoded;
  const text = finishText(output, finishReason, options);
  emitter?.finish(text);
  return {
    text,
    finishReason,
    outputTokens: output.length,
    reusedTokens,
    prefillMs: firstTokenAt - startedAt,
    decodeMs: performance.now() - firstTokenAt,
  };
}

type FinishReason = GeneratedTokens['finishReason'];

interface Decoded {
  finishReason: FinishReason;
  firstTokenAt: number;
}

interface DecodeOptions extends GenerateTokensOptions {
  output: Token[];
  emitter: TextEmitter | null;
}

/** Answers how many leading prompt tokens need no evaluation of this request's own. */
async function reusePrefix(
  slot: Slot,
  prompt: readonly Token[],
  options: GenerateTokensOptions,
): Promise<number> {
  const { sequence } = slot;
  const present = sequence.compareContextTokens(prompt.slice(0, -1)).firstDifferentIndex;
  const { shared } = options;
  if (shared === undefined || present >= shared.tokens || options.signal.aborted) return present;
  const prefix = prompt.slice(0, shared.tokens);
  const isRestored = await shared.states
    .bring(sequence, prefix, async () => {
      await sequence.adaptStateToTokens(prefix, false);
      await prefill(slot, prompt, { ...options, until: shared.tokens });
      const left = prompt.slice(sequence.nextTokenIndex, shared.tokens);
      if (options.signal.aborted) throw new Error('aborted');
      if (left.length > 0) await options.pacer.evaluate(left.length, () => evaluateTokens(slot, left));
    })
    .catch((error: unknown) => {
      if (options.signal.aborted) return false;
      throw error;
    });
  return isRestored ? shared.tokens : present;
}

/** Evaluates whole slices while more than one is left before `until`; answers the first token not evaluated. */
async function prefill(
  slot: Slot,
  prompt: readonly Token[],
  options: Pick<GenerateTokensOptions, 'pacer' | 'sliceTokens' | 'signal'> & { until: number },
): Promise<number> {
  const { pacer, signal, sliceTokens, until } = options;
  const { sequence } = slot;
  for (let at = sequence.nextTokenIndex; at + sliceTokens < until && !signal.aborted; ) {
    await pacer.evaluate(sliceTokens, () => {
      // llama.cpp evaluates one token of every sequence together and the rest of the slice alone, which is fastest in fours.
      const tokenCount = sliceTokens + (pacer.isGenerating ? 1 : 0);
      const slice = prompt.slice(at, Math.min(at + tokenCount, until - 1));
      at += slice.length;
      return evaluateTokens(slot, slice);
    });
  }
  return sequence.nextTokenIndex;
}

function evaluateTokens({ place, sequence }: Slot, tokens: Token[]): Promise<void> {
  return sequence.evaluateWithoutGeneratingNewTokens(tokens, { evaluationPriority: placeToPriority(place) });
}

/** Appends to `output` until something ends the generation. */
async function decode({ place, sequence }: Slot, tail: Token[], options: DecodeOptions): Promise<Decoded> {
  const { pacer, sampling, signal } = options;
  if (signal.aborted) return { finishReason: 'aborted', firstTokenAt: performance.now() };
  const tokens = sequence.evaluateWithMetadata(
    tail,
    {},
    { ...sampling, evaluationPriority: placeToPriority(place) },
  );
  let paced: PacedSequence | undefined;
  try {
    let next = await pacer.evaluate(tail.length, () => tokens.next());
    const firstTokenAt = performance.now();
    paced = pacer.join();
    while (next.done !== true) {
      const finishReason = takeToken(next.value.token, options);
      if (finishReason !== null) return { finishReason, firstTokenAt };
      await paced.step();
      next = await tokens.next();
    }
    return { finishReason: 'stop', firstTokenAt };
  } finally {
    paced?.leave();
    await tokens.return();
  }
}

/** Adds a token to the output unless it ends the generation; says why it ended, null while it goes on. */
function takeToken(token: Token, options: DecodeOptions): FinishReason | null {
  const { maxTokens, model, output, signal, stop } = options;
  if (signal.aborted) return 'aborted';
  if (stop.tokens.has(token)) return 'stop';
  output.push(token);
  options.emitter?.push(token);
  if (stop.texts.length > 0) {
    // A token holds a byte at least, so this many tokens hold the longest stop text.
    const windowTokens = 4 + Math.max(...stop.texts.map((text) => Buffer.byteLength(text)));
    const recent = model.detokenize(output.slice(-windowTokens));
    if (stop.texts.some((text) => recent.includes(text))) return 'stop';
  }
  return output.length >= maxTokens ? 'length' : null;
}

function finishText(output: Token[], finishReason: string, options: GenerateTokensOptions): string {
  const text = options.model.detokenize(output);
  const ends = options.stop.texts.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  if (ends.length > 0) return text.slice(0, Math.min(...ends));
  // A character whose last bytes were not generated any more is left out.
  return finishReason === 'stop' ? text : text.replace(/\uFFFD+$/, '');
}
