import type { Metrics } from '../metrics/metrics.js';
import type { DaemonEvent } from './daemon-event.js';
import { observeGeneration } from './observe-generation.js';

/** Adds what happened to the metrics. */
export function observeEvent(metrics: Metrics, event: DaemonEvent): void {
  const counted = nameCounter(event);
  if (counted !== null) metrics.count(...counted);
  if (event.type === 'model-loaded') {
    metrics.observe('model_load_ms', event.loadMs, { model: event.model });
    const { estimatedBytes, measuredBytes } = event;
    if (measuredBytes !== null && measuredBytes > 0)
      metrics.observe('estimate_error_ratio', estimatedBytes / measuredBytes - 1, { model: event.model });
  }
  if (event.type === 'job-ended' && event.result !== null)
    observeGeneration(metrics, { model: event.model, lane: 'batch', queuedMs: null, result: event.result });
}

/** The counter that an event moves, null when it moves none. */
function nameCounter(event: DaemonEvent): [name: string, labels: Record<string, string>] | null {
  switch (event.type) {
    case 'model-loaded':
      return ['model_loads', { model: event.model }];
    case 'model-evicted':
      return ['model_evictions', { model: event.model }];
    case 'model-killed':
    case 'worker-restarted':
      return ['worker_crashes', { model: event.model, cause: event.type }];
    case 'model-shrunk':
      return ['model_downshifts', { model: event.model }];
    case 'model-load-waiting':
      return ['model_loads_waiting', { model: event.model }];
    case 'model-load-failed':
      return ['model_load_failures', { model: event.model, code: event.code }];
    case 'pressure-action':
      return ['pressure_actions', { action: event.action, level: event.level }];
    case 'job-ended':
      return ['jobs', { state: event.state }];
    default:
      return null;
  }
}
