import type { TextModel, TextRequest, TextResult } from '@parseltongue/isg-core';

/** What the model does with its n-th request. */
export type Script = (request: TextRequest, call: number) => string | Promise<string>;

export interface ScriptedModel extends TextModel {
  requests: TextRequest[];
  /** Most requests that were open at once. */
  peak: number;
}

/** A text model that answers by a script and remembers what it was asked. */
export function scriptModel(
  script: Script,
  options: { maxConcurrency?: number; modelSha?: string } = {},
): ScriptedModel {
  let open = 0;
  const model: ScriptedModel = {
    id: 'scripted',
    modelSha: options.modelSha ?? 'a'.repeat(64),
    maxConcurrency: options.maxConcurrency ?? 1,
    requests: [],
    peak: 0,
    async generate(request): Promise<TextResult> {
      const call = model.requests.push(request) - 1;
      open += 1;
      model.peak = Math.max(model.peak, open);
      try {
        const text = await script(request, call);
        return { text, finishReason: 'stop', inputTokens: 100, outputTokens: 10, durationMs: 5 };
      } finally {
        open -= 1;
      }
    },
  };
  return model;
}
