import { isKey, type RowKey } from '@parseltongue/isg-core';
import { InvalidArgumentError } from 'commander';

/** A whole number from 1, for commander. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}

/** An ISGL1 key, for commander. */
export function parseRowKey(text: string): RowKey {
  if (isKey(text)) return text;
  throw new InvalidArgumentError(
    'Not an ISGL1 key. `parseltongue search` finds keys, e.g. src/lib.rs-Parser-parse.',
  );
}

/** Several keys in a row, for commander. */
export function collectRowKeys(text: string, before: RowKey[] | undefined): RowKey[] {
  return [...(before ?? []), parseRowKey(text)];
}
