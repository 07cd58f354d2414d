import { isKey, type RowKey } from '@parseltongue/isg-core';
import type { Evidence } from '../evidence.js';

const QUERY_LIMIT = 600;

/** What to search for: the request, and after a failure what the failure names in backticks and by code. */
export function formatRetrievalQuery(request: string, evidence: readonly Evidence[]): string {
  const named = evidence.flatMap(({ message, codes }) => [...codes, ...namesIn(message)]);
  return [request, ...new Set(named)].join(' ').slice(0, QUERY_LIMIT);
}

/** The keys that a request names in full. */
export function keysNamedIn(text: string): RowKey[] {
  const words = text.split(/[\s"'`(),;]+/).map((word) => word.replace(/[.:!?]+$/, ''));
  return [...new Set(words)].filter((word): word is RowKey => /\.rs-/.test(word) && isKey(word));
}

function namesIn(message: string): string[] {
  return [...message.matchAll(/`([^`\n]{2,60})`/g)].map((match) => match[1] ?? '');
}
