import { type IndexRecord, IndexRecordSchema, pathOfKey } from '@parseltongue/isg-core';

/** What a consumer holds that applies each stream file by file: all of it as text, so that two of them compare. */
export interface Accumulated {
  files: Map<string, string[]>;
  ledger: unknown;
}

export function createAccumulated(): Accumulated {
  return { files: new Map(), ledger: undefined };
}

/** Applies a stream; returns the paths it told, `-` before those it removed. */
export async function accumulate(model: Accumulated, stream: AsyncIterable<IndexRecord>): Promise<string[]> {
  const told: string[] = [];
  for await (const record of stream) {
    IndexRecordSchema.parse(record);
    if (record.type === 'removed') {
      model.files.delete(record.path);
      told.push(`-${record.path}`);
    } else if (record.type === 'file') {
      model.files.set(record.file.path, [JSON.stringify(record)]);
      told.push(record.file.path);
    } else if (record.type === 'ledger') model.ledger = record.ledger;
    else if (record.type !== 'skipped') model.files.get(pathOf(record))?.push(JSON.stringify(record));
  }
  for (const records of model.files.values()) records.sort();
  model.files = new Map([...model.files].sort(([a], [b]) => (a < b ? -1 : 1)));
  return told;
}

function pathOf(record: Exclude<IndexRecord, { type: 'removed' | 'file' | 'ledger' | 'skipped' }>): string {
  switch (record.type) {
    case 'row':
      return record.row.file;
    case 'edge':
      return pathOfKey(record.edge.from);
    case 'references':
      return pathOfKey(record.references.key);
    case 'diagnostic':
      return record.diagnostic.path;
  }
}
