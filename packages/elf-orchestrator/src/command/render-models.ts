import type { InstalledModel } from '../registry/installed-model.js';
import type { ModelEntry } from '../registry/model-table.js';

/** A model that is installed, and what it holds in memory; null when it is not loaded. */
export type ListedModel = Pick<InstalledModel, 'id' | 'isPinned' | 'sizeBytes' | 'state'> & {
  loaded: object | null;
};

const MEBIBYTE = 1_048_576;

/** One line a model, installed ones first. */
export function renderModels(data: {
  installed: readonly ListedModel[];
  available: readonly ModelEntry[];
}): string {
  const installed = data.installed.map(
    ({ id, isPinned, loaded, sizeBytes, state }) =>
      `${id}\t${state}\t${(sizeBytes / MEBIBYTE).toFixed(0)} MiB${loaded === null ? '' : '\tloaded'}${isPinned ? '\tpinned' : ''}`,
  );
  const available = data.available.map(
    ({ estimates, id, license, role }) =>
      `${id}\tnot installed\t${role}, ${license}, about ${estimates.fileGigabytes ?? '?'} GB (estimate)`,
  );
  return [...installed, ...available].join('\n');
}

/** A model of the table that is not installed here. */
export function describeKnown(entry: ModelEntry): ModelEntry & { state: 'not_installed' } {
  return { ...entry, state: 'not_installed' };
}
