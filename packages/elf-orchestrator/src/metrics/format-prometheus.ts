import type { Labels, MetricsSnapshot } from './metrics.js';

const PREFIX = 'parseltongue_elf_';

/** Formats metrics as Prometheus text, version 0.0.4. */
export function formatPrometheus({ counters, gauges, summaries }: MetricsSnapshot): string {
  const lines: string[] = [];
  for (const [kind, metrics] of [
    ['counter', counters],
    ['gauge', gauges],
  ] as const) {
    for (const [name, series] of Object.entries(metrics)) {
      const full = `${PREFIX}${name}${kind === 'counter' ? '_total' : ''}`;
      lines.push(`# TYPE ${full} ${kind}`);
      for (const { labels, value } of series) lines.push(`${full}${formatLabels(labels)} ${value}`);
    }
  }
  for (const [name, series] of Object.entries(summaries)) {
    const full = PREFIX + name;
    lines.push(`# TYPE ${full} summary`);
    for (const { count, labels, p50, p95, p99, sum } of series) {
      for (const [quantile, value] of Object.entries({ '0.5': p50, '0.95': p95, '0.99': p99 }))
        lines.push(`${full}${formatLabels({ ...labels, quantile })} ${value}`);
      lines.push(
        `${full}_sum${formatLabels(labels)} ${sum}`,
        `${full}_count${formatLabels(labels)} ${count}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
