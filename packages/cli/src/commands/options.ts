import type { RowKey } from '@parseltongue/isg-core';
import { InvalidArgumentError } from 'commander';

/** A whole number from 1, for commander. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}

/** One more value of an option or argument that may be given several times, for commander. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/**
 * Texts as ISGL1 keys.
 *
 * @throws CliError PT_CLI_USAGE naming the first that is none
 */
export async function readRowKeys(texts: readonly string[]): Promise<RowKey[]> {
  const { isKey } = await import('@parseltongue/isg-core'); // schemas would slow down --help
  const { CliError } = await import('../errors.js');
  return texts.map((text) => {
    if (isKey(text)) return text;
    throw new CliError('PT_CLI_USAGE', {
      message: `"${text}" is not an ISGL1 key. parseltongue search finds keys, e.g. src/lib.rs-Parser-parse`,
      details: { argument: text },
    });
  });
}

/** A TCP port, 0 for any free one, for commander. */
export function parsePort(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return value;
}
