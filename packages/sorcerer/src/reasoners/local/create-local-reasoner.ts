import type { TextModel } from '@parseltongue/isg-core';
import { SorcererError } from '../../errors.js';
import type { Reasoner } from '../../reasoner.js';
import { createTextReasoner } from '../text-reasoner.js';

export interface LocalReasonerOptions {
  /** The model, usually the elf daemon's. */
  model: TextModel;
  /** 0 (default) is greedy. */
  temperature?: number;
  seed?: number;
}

/**
 * A reasoner over a local text model: small step budget, whole items in plain fences only, tokens as the model counted them.
 *
 * Calls throw PT_SORCERER_ABORTED, and PT_SORCERER_ENGINE_UNREACHABLE with `retryable` when the model is lost in the middle.
 */
export function createLocalReasoner({ model, temperature = 0, seed }: LocalReasonerOptions): Reasoner {
  return createTextReasoner({
    id: `local:${model.id}`,
    locality: 'local',
    async complete(prompt, { request, signal, onDelta }) {
      const result = await model
        .generate({
          prefix: `${prompt.instructions}\n\n`,
          prompt: `${prompt.graph}\n\n${prompt.task}\n`,
          maxTokens: request.tokenBudget,
          temperature,
          ...(seed === undefined ? {} : { seed }),
          ...(signal === undefined ? {} : { signal }),
        })
        .catch((cause: unknown) => {
          throw signal?.aborted === true ? aborted(cause) : lost(cause);
        });
      if (result.finishReason === 'aborted') throw aborted(undefined);
      onDelta?.(result.text);
      return {
        text: result.text,
        finish: result.finishReason === 'stop' ? 'complete' : 'truncated',
        usage: {
          input_tokens: result.inputTokens,
          output_tokens: result.outputTokens,
          cache_read_tokens: 0,
          cost_usd: 0,
          estimated: false,
        },
      };
    },
  });
}

function aborted(cause: unknown): SorcererError {
  return new SorcererError('PT_SORCERER_ABORTED', {
    message: 'The local model was stopped from outside',
    details: { what: 'local' },
    cause,
  });
}

function lost(cause: unknown): SorcererError {
  return new SorcererError('PT_SORCERER_ENGINE_UNREACHABLE', {
    message: `The local model was lost: ${cause instanceof Error ? cause.message : 'no reason given'}. Resume the run`,
    details: { engine: 'local' },
    retryable: true,
    cause,
  });
}
