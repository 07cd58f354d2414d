import type { TextRequest } from '@parseltongue/isg-core';
import { ElfError } from '../errors.js';

const MAX_PROMPT_CHARS = 16_777_216;
const MAX_STOPS = 32;
const MAX_STOP_CHARS = 256;

/**
 * Checks a request before any backend sees it.
 *
 * @throws ElfError PT_ELF_REQUEST_INVALID with the field and the rule
 */
export function assertTextRequest(request: TextRequest): void {
  const { maxTokens, prompt, prefix = '', seed = 0, stop = [], temperature = 0 } = request;
  check('maxTokens', Number.isInteger(maxTokens) && maxTokens > 0, 'must be a whole number above zero');
  check('prompt', prefix.length + prompt.length > 0, 'must not be empty');
  check(
    'prompt',
    prefix.length + prompt.length <= MAX_PROMPT_CHARS,
    `must have at most ${MAX_PROMPT_CHARS} characters`,
  );
  check('stop', stop.length <= MAX_STOPS, `must have at most ${MAX_STOPS} texts`);
  check(
    'stop',
    stop.every((text) => text !== '' && text.length <= MAX_STOP_CHARS),
    'must hold short, filled texts',
  );
  check('temperature', Number.isFinite(temperature) && temperature >= 0, 'must be zero or more');
  check('seed', Number.isSafeInteger(seed) && seed >= 0, 'must be a whole number of zero or more');
}

function check(field: string, isValid: boolean, problem: string): void {
  if (isValid) return;
  throw new ElfError('PT_ELF_REQUEST_INVALID', {
    message: `The field ${field} of the request ${problem}`,
    details: { field, problem },
  });
}
