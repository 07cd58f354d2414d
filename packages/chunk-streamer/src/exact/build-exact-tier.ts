import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { isInsidePath } from '@parseltongue/isg-core';
import { collectEdges } from './collect-edges.js';
import { collectFacts } from './collect-facts.js';
import { ExactContract, type ExactRow, type ExactTier, type IndexedRepository } from './exact-tier.js';
import { matchDefinitions } from './match-definitions.js';
import type { ScipIndex } from './parse-scip.js';
import { type PlacedDocument, placeOccurrences } from './place-occurrences.js';

interface IndexPlace {
  root: string;
  /** Repo-relative folder the index is relative to, empty for the root. */
  project: string;
}

/**
 * Matches an index with the rows of a repository. A document whose file has other bytes than the indexed ones is left
 * out: its places would point anywhere.
 */
export async function buildExactTier(
  index: ScipIndex,
  { files, rows }: IndexedRepository,
  place: IndexPlace,
): Promise<Omit<ExactTier, 'coverage'> & { coverage: Omit<ExactTier['coverage'], 'ms'> }> {
  const hashes = new Map([...files].map(({ path, hash }) => [path, hash]));
  const byFile = groupByFile(rows);
  const covered: Record<string, string> = {};
  const unmatched: string[] = [];
  const documents: PlacedDocument[] = [];
  for (const document of index.documents) {
    const path = posix.join(place.project, document.path);
    const bytes = isInsidePath(path)
      ? await readFile(resolve(place.root, path)).catch(() => undefined)
      : undefined;
    const hash = hashes.get(path);
    if (bytes === undefined || hash === undefined || sha256(bytes) !== hash) {
      unmatched.push(path);
      continue;
    }
    covered[path] = hash;
    documents.push(placeOccurrences(document, { path, bytes, rows: byFile.get(path) ?? [] }));
  }
  const definitions = matchDefinitions(documents);
  const { edges, elsewhere, counts, references, ambiguous } = collectEdges(documents, definitions);
  const source = { tool: index.toolName, toolVersion: index.toolVersion, hashes: covered, counts };
  return {
    contract: ExactContract,
    status: 'read',
    tool: index.toolName,
    tool_version: index.toolVersion,
    files: covered,
    edges,
    elsewhere,
    facts: collectFacts(documents, definitions, source),
    coverage: {
      documents: documents.length,
      unmatched_documents: unmatched.sort(),
      references,
      ambiguous_references: ambiguous,
    },
  };
}

function groupByFile(rows: Iterable<ExactRow>): Map<string, ExactRow[]> {
  const byFile = new Map<string, ExactRow[]>();
  for (const row of rows) {
    const known = byFile.get(row.file);
    if (known === undefined) byFile.set(row.file, [row]);
    else known.push(row);
  }
  return byFile;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
