import type { Draft, RuleInput } from './rule.js';

/** An extern block by its ABI and the items it declares. */
export function summarizeExternBlock({ row, children }: RuleInput): Draft {
  const abi = /\bextern\s+"([\w-]+)"/.exec(row.current_code)?.[1];
  const head = `Declares extern ${abi === undefined ? 'items' : `${abi} items`}`;
  const names = children.map(({ name }) => name);
  if (names.length === 0) return { head, clauses: [], quality: 0.4 };
  return {
    head: { lead: `Declares extern${abi === undefined ? '' : ` ${abi}`}`, names },
    clauses: [],
    quality: 0.65,
  };
}
