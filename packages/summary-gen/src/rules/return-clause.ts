import { formatType, typeArguments, typeHead } from '../syntax/format-type.js';

/** `returns Cfg or fails with ParseError`; undefined when nothing comes back. */
export function formatReturn(type: string | null): string | undefined {
  if (type === null || type === '()') return undefined;
  if (type === '!') return 'never returns';
  const head = typeHead(type);
  const isBare = /^[\w:]/.test(type) && !type.startsWith('impl ') && !type.startsWith('dyn ');
  const [first, second] = isBare ? typeArguments(type) : [];
  if (head === 'Result' && first !== undefined && second !== undefined) return formatResult(first, second);
  if (head === 'Option' && first !== undefined && second === undefined)
    return suffix('returns', first, ', if any');
  return suffix('returns', type, '');
}

function formatResult(value: string, error: string): string | undefined {
  const failure = formatType(error);
  if (value === '()') return failure === undefined ? undefined : `may fail with ${failure}`;
  const said = formatType(value);
  if (said === undefined) return failure === undefined ? undefined : `may fail with ${failure}`;
  return failure === undefined ? `returns ${said} or fails` : `returns ${said} or fails with ${failure}`;
}

function suffix(lead: string, type: string, end: string): string | undefined {
  const said = formatType(type);
  return said === undefined ? undefined : `${lead} ${said}${end}`;
}
