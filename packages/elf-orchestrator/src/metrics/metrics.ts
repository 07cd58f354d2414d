/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a metric with its value. */
export interface MetricSeries {
  labels: Labels;
  value: number;
}

/** How values of a metric are spread; quantiles are those of the latest thousand or so. */
export interface SummarySeries {
  labels: Labels;
  count: number;
  sum: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Every metric at one moment. */
export interface MetricsSnapshot {
  counters: Record<string, MetricSeries[]>;
  gauges: Record<string, MetricSeries[]>;
  summaries: Record<string, SummarySeries[]>;
}

/** Counts and measures; nothing leaves the process by itself. */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  observe(name: string, value: number, labels?: Labels): void;
  /** Gauges are read when they are asked for. */
  snapshot(gauges?: MetricsSnapshot['gauges']): MetricsSnapshot;
}

const KEPT_VALUES = 1_024;

interface Summary {
  labels: Labels;
  count: number;
  sum: number;
  values: number[];
}

/** Creates metrics that have counted nothing yet. */
export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, MetricSeries>>();
  const summaries = new Map<string, Map<string, Summary>>();
  return {
    count(name, labels = {}, by = 1) {
      const series = seriesOf(counters, name, labels, () => ({ labels, value: 0 }));
      series.value += by;
    },
    observe(name, value, labels = {}) {
      const series = seriesOf(summaries, name, labels, () => ({ labels, count: 0, sum: 0, values: [] }));
      series.values[series.count % KEPT_VALUES] = value;
      series.count += 1;
      series.sum += value;
    },
    snapshot: (gauges = {}) => ({
      counters: mapSeries(counters, ({ labels, value }) => ({ labels, value })),
      gauges,
      summaries: mapSeries(summaries, summarize),
    }),
  };
}

function seriesOf<S>(
  metrics: Map<string, Map<string, S>>,
  name: string,
  ...[labels, create]: [Labels, () => S]
): S {
  const bySeries = metrics.get(name) ?? new Map<string, S>();
  metrics.set(name, bySeries);
  const key = JSON.stringify(labels);
  const series = bySeries.get(key) ?? create();
  bySeries.set(key, series);
  return series;
}

function mapSeries<S, T>(
  metrics: Map<string, Map<string, S>>,
  change: (series: S) => T,
): Record<string, T[]> {
  return Object.fromEntries([...metrics].map(([name, series]) => [name, [...series.values()].map(change)]));
}

function summarize({ count, labels, sum, values }: Summary): SummarySeries {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { labels, count, sum, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
