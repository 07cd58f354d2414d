import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';

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
  sampling: { temperature: number; seed?: number };
}

/** The text of one generation and the cost of its phases. */
export interface GeneratedTokens {
  text: string;
  finishReason: 'stop' | 'length' | 'aborted';
  outputTokens: number;
  reusedTokens: number;
  prefillMs: number;
  decodeMs: number;
}

/**
 * Evaluates a prompt in slices and generates up to `maxTokens` tokens after it.
 *
 * Aborts between slices and between tokens. The prompt and its answer must fit into the context; the caller counts.
 */
export async function generateTokens(
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
  options: GenerateTokensOptions,
): Promise<GeneratedTokens> {
  const startedAt = performance.now();
  // The last prompt token is always evaluated, because the first new token comes from it.
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const reusedTokens = sequence.nextTokenIndex;
  let at = reusedTokens;
  while (at + options.sliceTokens < prompt.length && !options.signal.aborted) {
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(at, at + options.sliceTokens));
    at += options.sliceTokens;
  }
  const prefilledAt = performance.now();
  const output: Token[] = [];
  const finishReason = await decode(sequence, prompt.slice(at), { ...options, output });
  return {
    text: finishText(output, finishReason, options),
    finishReason,
    outputTokens: output.length,
    reusedTokens,
    prefillMs: prefilledAt - startedAt,
    decodeMs: performance.now() - prefilledAt,
  };
}

async function decode(
  sequence: LlamaContextSequence,
  tail: Token[],
  options: GenerateTokensOptions & { output: Token[] },
): Promise<'stop' | 'length' | 'aborted'> {
  const { output, signal, stop } = options;
  if (signal.aborted) return 'aborted';
  const windowTokens = 4 + Math.max(0, ...stop.texts.map((text) => Buffer.byteLength(text)));
  for await (const token of sequence.evaluate(tail, options.sampling)) {
    if (signal.aborted) return 'aborted';
    if (stop.tokens.has(token)) return 'stop';
    output.push(token);
    if (stop.texts.length > 0) {
      const recent = options.model.detokenize(output.slice(-windowTokens));
      if (stop.texts.some((text) => recent.includes(text))) return 'stop';
    }
    if (output.length >= options.maxTokens) return 'length';
  }
  return 'stop';
}

function finishText(output: Token[], finishReason: string, options: GenerateTokensOptions): string {
  const text = options.model.detokenize(output);
  const ends = options.stop.texts.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  if (ends.length > 0) return text.slice(0, Math.min(...ends));
  // A character whose last bytes were not generated any more is left out.
  return finishReason === 'stop' ? text : text.replace(/\uFFFD+$/, '');
}
