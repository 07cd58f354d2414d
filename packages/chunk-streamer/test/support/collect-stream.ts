import type { Chunk, Edge, FileFacts, IndexRecord, Ledger } from '@parseltongue/isg-core';

/** The records of a stream, sorted into drawers. */
export interface CollectedStream {
  records: IndexRecord[];
  files: Map<string, FileFacts>;
  rows: Map<string, Chunk[]>;
  edges: Edge[];
  ledger: Ledger;
}

export async function collectStream(stream: AsyncIterable<IndexRecord>): Promise<CollectedStream> {
  const records: IndexRecord[] = [];
  for await (const record of stream) records.push(record);
  const files = new Map<string, FileFacts>();
  const rows = new Map<string, Chunk[]>();
  const edges: Edge[] = [];
  let ledger: Ledger | undefined;
  for (const record of records) {
    if (record.type === 'file') files.set(record.file.path, record.file);
    if (record.type === 'row') rows.set(record.row.file, [...(rows.get(record.row.file) ?? []), record.row]);
    if (record.type === 'edge') edges.push(record.edge);
    if (record.type === 'ledger') ledger = record.ledger;
  }
  if (ledger === undefined) throw new Error('the stream ended without a ledger');
  return { records, files, rows, edges, ledger };
}
