/** One request to a language model that returns plain text. */
export interface TextRequest {
  /** Shared by the requests of a batch, so that an engine may reuse its evaluation. */
  prefix?: string;
  prompt: string;
  maxTokens: number;
  stop?: readonly string[];
  /** 0 is greedy. */
  temperature?: number;
  seed?: number;
  signal?: AbortSignal;
}

export interface TextResult {
  text: string;
  finishReason: 'stop' | 'length' | 'aborted';
  inputTokens: number;
  outputTokens: number;
  durationMs: number;
}

/** Generates text; implemented by the elf orchestrator, used by summaries and the sorcerer. */
export interface TextModel {
  readonly id: string;
  /** sha-256 of the weights, null for remote models. */
  readonly modelSha: string | null;
  readonly maxConcurrency: number;
  generate(request: TextRequest): Promise<TextResult>;
}
