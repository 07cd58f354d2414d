import { formatType, typeArguments, typeHead } from '../syntax/format-type.js';

/** How the clause opens: `returns Cfg`, or `as Cfg` behind a head that says what comes back. */
export type ReturnLead = 'returns' | 'as';

/** `returns Cfg or fails with ParseError`; undefined when nothing comes back. */
export function formatReturn(type: string | null, lead: ReturnLead = 'returns'): string | undefined {
  if (type === null || type === '()') return undefined;
  if (type === '!') return 'never returns';
  const head = typeHead(type);
  const isBare = /^[\w:]/.test(type) && !type.startsWith('impl ') && !type.startsWith('dyn ');
  const [first, second] = isBare ? typeArguments(type) : [];
  if (head === 'Result' && first !== undefined && second !== undefined)
    return formatResult(first, second, lead);
  if (first === '()' && second === undefined && head.endsWith('Result')) return 'may fail';
  if (head === 'Option' && first !== undefined && second === undefined)
    return suffix(lead, first, ', if any');
  return suffix(lead, type, '');
}

function formatResult(value: string, error: string, lead: ReturnLead): string | undefined {
  const failure = formatType(error);
  if (value === '()') return failure === undefined ? undefined : `may fail with ${failure}`;
  const said = formatType(value);
  if (said === undefined) return failure === undefined ? undefined : `may fail with ${failure}`;
  return failure === undefined ? `${lead} ${said} or fails` : `${lead} ${said} or fails with ${failure}`;
}

function suffix(lead: string, type: string, end: string): string | undefined {
  const said = formatType(type);
  return said === undefined ? undefined : `${lead} ${said}${end}`;
}
