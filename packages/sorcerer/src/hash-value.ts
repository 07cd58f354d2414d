import { createHash } from 'node:crypto';
import { canonicalJson } from '@parseltongue/isg-core';

/** Lower-case hex sha-256 of the canonical JSON of a value. */
export function hashValue(value: unknown): string {
  return hashText(canonicalJson(value));
}

/** Lower-case hex sha-256 of a text's UTF-8 bytes. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
