import type { Analytics } from '@parseltongue/codegraph-store';
import { formatNumber, renderTable } from './table.js';

const SHOWN = 5;

/** The CodeGraph in figures. */
export function renderAnalytics(analytics: Analytics, columns?: number): string {
  const { rows, edges, tokens } = analytics;
  const share = tokens.raw_code === 0 ? 0 : (tokens.base_context / tokens.raw_code) * 100;
  return [
    renderTable(['rows by kind', 'count'], sortCounts(rows.by_kind), columns),
    renderTable(['rows by class', 'count'], sortCounts(rows.by_class), columns),
    renderTable(['edges by kind', 'count'], sortCounts(edges.by_kind), columns),
    renderTable(['edges by tier', 'count'], sortCounts(edges.by_resolution), columns),
    renderTable(
      ['most used', 'callers'],
      analytics.hot_spots.slice(0, SHOWN).map(({ key, callers }) => [key, callers]),
      columns,
    ),
    renderTable(
      ['largest', 'tokens'],
      analytics.largest.slice(0, SHOWN).map(({ key, token_count }) => [key, token_count]),
      columns,
    ),
    `${formatNumber(rows.total)} rows, ${formatNumber(edges.total)} edges, ${(analytics.unresolved_share * 100).toFixed(1)} % of references unresolved, ${(analytics.test_ratio * 100).toFixed(0)} % of functions are tests\n` +
      `Base context ${formatNumber(tokens.base_context)} tokens, raw code ${formatNumber(tokens.raw_code)} (${share.toFixed(1)} %), both estimated\n`,
  ].join('\n');
}

function sortCounts(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
