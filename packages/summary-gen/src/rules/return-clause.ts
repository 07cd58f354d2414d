import { formatType, typeArguments, typeHead } from '../syntax/format-type.js';

/** How the clause opens: `returns Cfg`, or `as Cfg` behind a head that says what comes back. */
export type ReturnLead = 'returns' | 'as';

/** `returns Cfg or fails with ParseError`; undefined when nothing comes back. */
export function formatReturn(type: string | null, lead: ReturnLead = 'returns'): string | undefined {
  if (type === null || type === '()') return undefined;
  if (type === '!') return 'never returns';
  const isNamed = /^[\w:]/.test(type) && !/^(?:impl|dyn) /.test(type);
  return (isNamed ? formatWrapped(type, lead) : undefined) ?? suffix(lead, type, '');
}

// `Result<T, E>`, `Result<()>` and `Option<T>` speak of what they wrap.
function formatWrapped(type: string, lead: ReturnLead): string | undefined {
  const head = typeHead(type);
  const [first, second] = typeArguments(type);
  if (first === undefined) return undefined;
  if (second !== undefined) return head === 'Result' ? formatResult(first, second, lead) : undefined;
  if (first === '()' && head.endsWith('Result')) return 'may fail';
  return head === 'Option' ? suffix(lead, first, ', if any') : undefined;
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
