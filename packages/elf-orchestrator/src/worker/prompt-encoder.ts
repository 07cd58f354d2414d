import type { ChatWrapper, LlamaModel, Token } from 'node-llama-cpp';
import type { StopRules } from './generate-tokens.js';
import type { LlamaEngine } from './llama-session.js';

/** Turns prompts into tokens, through the model's chat template where it has one. */
export interface PromptEncoder {
  readonly usesChatTemplate: boolean;
  encode(prompt: string, stops: readonly string[]): { tokens: Token[]; stop: StopRules };
  /** How many leading tokens belong to the first `chars` characters alone, whatever follows them. */
  countShared(prompt: string, chars: number, tokens: readonly Token[]): number;
}

/** What may follow a prefix; the tokens that none of them changes belong to the prefix whatever follows. */
const FOLLOWERS = ['a', ' a', '\n', '1', '\u00e9', '<'] as const;
/** Where something changes more tokens than these did, rounding makes neighbours agree on one boundary. */
const BOUNDARY_MARGIN_TOKENS = 4;
const BOUNDARY_STEP_TOKENS = 16;
const MAX_BOUNDARIES = 32;

/** Creates an encoder; prompt text is never parsed for special tokens: what a repository says stays text. */
export function createPromptEncoder(
  engine: LlamaEngine,
  model: LlamaModel,
  format: 'auto' | 'raw',
): PromptEncoder {
  const wrapper = format === 'auto' ? resolveTemplate(engine, model) : null;
  const encode: PromptEncoder['encode'] = (prompt, stops) => {
    const stop: StopRules = { texts: [...stops], tokens: new Set() };
    if (wrapper === null) return { tokens: encodeRaw(model, prompt), stop };
    const { contextText, stopGenerationTriggers } = wrapper.generateContextState({
      chatHistory: [
        { type: 'user', text: prompt },
        { type: 'model', response: [''] },
      ],
    });
    for (const trigger of stopGenerationTriggers)
      addTrigger(stop, engine.LlamaText(trigger).tokenize(model.tokenizer), model);
    return { tokens: contextText.tokenize(model.tokenizer), stop };
  };
  const boundaries = new Map<string, { alone: readonly Token[]; boundary: number }>();
  const findBoundary = (prefix: string): { alone: readonly Token[]; boundary: number } => {
    const known = boundaries.get(prefix);
    if (known !== undefined) return known;
    const alone = encode(prefix, []).tokens;
    const boundary = Math.min(
      ...FOLLOWERS.map((follower) => countCommon(encode(prefix + follower, []).tokens, alone)),
    );
    const [oldest] = boundaries.keys();
    if (boundaries.size >= MAX_BOUNDARIES && oldest !== undefined) boundaries.delete(oldest);
    boundaries.set(prefix, { alone, boundary });
    return { alone, boundary };
  };
  return {
    usesChatTemplate: wrapper !== null,
    encode,
    countShared(prompt, chars, tokens) {
      if (chars === 0) return 0;
      const { alone, boundary } = findBoundary(prompt.slice(0, chars));
      const common = countCommon(tokens, alone);
      if (common >= boundary) return boundary;
      const rounded =
        Math.floor((common - BOUNDARY_MARGIN_TOKENS) / BOUNDARY_STEP_TOKENS) * BOUNDARY_STEP_TOKENS;
      return Math.max(0, rounded);
    },
  };
}

function countCommon(tokens: readonly Token[], others: readonly Token[]): number {
  const differs = tokens.findIndex((token, index) => token !== others[index]);
  return differs < 0 ? tokens.length : differs;
}

function encodeRaw(model: LlamaModel, prompt: string): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  const head = shouldPrependBosToken && bos !== null ? [bos] : [];
  return [...head, ...model.tokenize(prompt, false)];
}

function addTrigger(stop: StopRules, tokens: readonly Token[], model: LlamaModel): void {
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined) {
    stop.tokens.add(only);
    return;
  }
  const text = model.detokenize(tokens, true);
  if (text !== '') stop.texts.push(text);
}

function resolveTemplate(engine: LlamaEngine, model: LlamaModel): ChatWrapper | null {
  const hasTemplate = typeof model.fileInfo.metadata.tokenizer.chat_template === 'string';
  return hasTemplate ? engine.resolveChatWrapper(model, { warningLogs: false }) : null;
}
