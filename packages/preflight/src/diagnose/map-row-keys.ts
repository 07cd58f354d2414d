import type { Chunk, Chunker, CompilerDiagnostic, RowKey } from '@parseltongue/isg-core';

/** Reads a text of the tree the diagnostics speak of; null when there is none. */
export type ReadTreeText = (path: string) => Promise<string | null>;

/**
 * Fills `row_key` with the innermost row around each diagnostic's primary span; input order is kept.
 *
 * Every file is read and cut once. A file the chunker cannot take leaves its diagnostics unmapped.
 */
export async function mapRowKeys(
  diagnostics: readonly CompilerDiagnostic[],
  chunker: Chunker,
  readText: ReadTreeText,
): Promise<CompilerDiagnostic[]> {
  const rowsByPath = new Map<string, Promise<Chunk[]>>();
  const rowsOf = (path: string): Promise<Chunk[]> => {
    const known = rowsByPath.get(path) ?? chunkPath(path, chunker, readText);
    rowsByPath.set(path, known);
    return known;
  };
  return Promise.all(
    diagnostics.map(async (diagnostic) => {
      const span = diagnostic.spans.find((candidate) => candidate.is_primary) ?? diagnostic.spans[0];
      if (span === undefined || diagnostic.row_key !== null) return diagnostic;
      return { ...diagnostic, row_key: findInnermostRow(await rowsOf(span.path), span) };
    }),
  );
}

/** The key of the smallest row that holds the whole range, null when none does. */
export function findInnermostRow(
  rows: readonly Chunk[],
  range: { start: number; end: number },
): RowKey | null {
  let best: Chunk | null = null;
  for (const row of rows) {
    if (row.span.start > range.start || row.span.end < range.end) continue;
    if (best === null || sizeOf(row) <= sizeOf(best)) best = row;
  }
  return best?.isgl1_key ?? null;
}

function sizeOf(row: Chunk): number {
  return row.span.end - row.span.start;
}

async function chunkPath(path: string, chunker: Chunker, readText: ReadTreeText): Promise<Chunk[]> {
  if (!path.endsWith('.rs')) return [];
  const text = await readText(path);
  return text === null ? [] : (await chunker.chunkFile({ path, text })).rows;
}
