import type * as AnthropicModule from '@anthropic-ai/sdk';
import { SorcererError } from '../../errors.js';

/** The parts of the vendor's library this engine uses. */
export type AnthropicSdk = typeof AnthropicModule;

/**
 * Loads the library on first use; it is an optional peer.
 *
 * @throws SorcererError PT_SORCERER_ENGINE_MISSING
 */
export async function loadAnthropicSdk(): Promise<AnthropicSdk> {
  try {
    return await import('@anthropic-ai/sdk');
  } catch (cause) {
    throw new SorcererError('PT_SORCERER_ENGINE_MISSING', {
      message:
        'Cannot use the Anthropic reasoner: package @anthropic-ai/sdk is not installed. Run: npm install @anthropic-ai/sdk',
      details: { engine: 'anthropic', package: '@anthropic-ai/sdk' },
      cause,
    });
  }
}
