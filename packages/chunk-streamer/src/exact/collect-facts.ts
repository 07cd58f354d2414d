import type { RowKey } from '@parseltongue/isg-core';
import type { ExactFact } from './exact-tier.js';
import { type Definitions, symbolKey } from './match-definitions.js';
import type { PlacedDocument } from './place-occurrences.js';

interface FactSource {
  tool: string;
  toolVersion: string;
  /** sha-256 by path. */
  hashes: Readonly<Record<string, string>>;
  /** References by row. */
  counts: ReadonlyMap<RowKey, number>;
}

/** Facts of every row that is a definition of its own, by key. */
export function collectFacts(
  documents: readonly PlacedDocument[],
  definitions: Definitions,
  { tool, toolVersion, hashes, counts }: FactSource,
): ExactFact[] {
  const facts = new Map<RowKey, ExactFact>();
  for (const { path, symbols } of documents) {
    for (const { symbol, documentation, signature } of symbols) {
      const row = definitions
        .get(symbolKey(symbol, path))
        ?.find((candidate) => candidate.isOwn && candidate.row.file === path)?.row;
      if (row === undefined) continue;
      const key = row.isgl1_key;
      facts.set(key, {
        key,
        lsp_meta_data: {
          tool,
          tool_version: toolVersion,
          file_hash: hashes[path] ?? '',
          resolved_signature: signature === '' ? null : signature,
          docs: documentation === '' ? null : documentation,
          reference_count: counts.get(key) ?? 0,
        },
      });
    }
  }
  return [...facts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
