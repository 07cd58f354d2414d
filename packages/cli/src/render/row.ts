import type { RowView } from '../compose.js';
import type { Colors } from '../io.js';

const SHOWN_NEIGHBORS = 20;

/** One row for people and models: facts first, then neighbors, then the code. */
export function renderRow(
  view: RowView,
  { withBody, colors }: { withBody: boolean; colors: Colors },
): string {
  const { row } = view;
  const lines = [
    colors.bold(row.isgl1_key),
    row.interface_signature,
    `${row.file}:${row.line}, ${row.kind}, ${row.visibility}, ${row.tdd_classification} (${row.tdd_reason})`,
    ...(row.cfg === null ? [] : [`cfg ${row.cfg}`]),
    ...(row.llm_summary === null ? [] : [row.llm_summary.text]),
    ...listKeys('used by', view.callers),
    ...listKeys('uses', view.callees),
    ...describeExternal(view),
  ];
  if (withBody) lines.push('', view.code);
  return `${lines.join('\n')}\n`;
}

function listKeys(title: string, keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const more = keys.length > SHOWN_NEIGHBORS ? [`  ... and ${keys.length - SHOWN_NEIGHBORS} more`] : [];
  return [`${title} ${keys.length}:`, ...keys.slice(0, SHOWN_NEIGHBORS).map((key) => `  ${key}`), ...more];
}

function describeExternal({ unresolved_count, external }: RowView): string[] {
  const names = external.map(({ crate, name, count }) => `${crate}::${name}${count > 1 ? ` x${count}` : ''}`);
  const lines = names.length === 0 ? [] : [`external: ${names.join(', ')}`];
  if (unresolved_count > 0) lines.push(`${unresolved_count} references unresolved`);
  return lines;
}
