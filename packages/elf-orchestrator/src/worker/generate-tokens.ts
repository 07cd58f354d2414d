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
  const output: Token[] = [];
  const { finishReason, firstTokenAt } = await decode(sequence, prompt.slice(at), { ...options, output });
  return {
    text: finishText(output, finishReason, options),
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

/** Appends to `output` until something ends the generation. */
async function decode(
  sequence: LlamaContextSequence,
  tail: Token[],
  options: GenerateTokensOptions & { output: Token[] },
): Promise<Decoded> {
  if (options.signal.aborted) return { finishReason: 'aborted', firstTokenAt: performance.now() };
  let firstTokenAt = 0;
  for await (const token of sequence.evaluate(tail, options.sampling)) {
    firstTokenAt ||= performance.now();
    const finishReason = takeToken(token, options);
    if (finishReason !== null) return { finishReason, firstTokenAt };
  }
  return { finishReason: 'stop', firstTokenAt: firstTokenAt || performance.now() };
}

/** Adds a token to the output unless it ends the generation; says why it ended, null while it goes on. */
function takeToken(token: Token, options: GenerateTokensOptions & { output: Token[] }): FinishReason | null {
  const { maxTokens, model, output, signal, stop } = options;
  if (signal.aborted) return 'aborted';
  if (stop.tokens.has(token)) return 'stop';
  output.push(token);
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
