import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Chunker,
  createRow,
  type Edge,
  type FileFacts,
  type GraphReader,
  type Row,
} from '@parseltongue/isg-core';
import type { GraphAnalyzer, GraphProblem } from '../../src/index.js';

/** A graph of the given files, with edges wherever a function's text calls another function or a macro by name. */
export async function createMemoryGraph(
  root: string,
  paths: readonly string[],
  chunker: Chunker,
): Promise<GraphReader> {
  const rows: Row[] = [];
  const files: FileFacts[] = [];
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8');
    rows.push(...(await chunker.chunkFile({ path, text })).rows.map(createRow));
    files.push(describeFile(path, text));
  }
  const edges = findCalls(rows);
  return {
    getRow: (key) => Promise.resolve(rows.find((row) => row.isgl1_key === key)),
    rowsOfFile: (path) => Promise.resolve(rows.filter((row) => row.file === path)),
    findRows: (filter) => {
      const found = rows.filter(
        (row) =>
          (filter.tddClass === undefined || row.tdd_classification === filter.tddClass) &&
          (filter.kinds === undefined || filter.kinds.includes(row.kind)),
      );
      return Promise.resolve({ rows: found, total: found.length });
    },
    edgesFrom: (keys) => Promise.resolve(edges.filter((edge) => keys.includes(edge.from))),
    edgesTo: (keys) => Promise.resolve(edges.filter((edge) => keys.includes(edge.to))),
    referencesOf: () => Promise.resolve([]),
    files: () => Promise.resolve(files),
  };
}

/** An analyzer that answers with the given problems, whatever it is asked. */
export function createAnalyzer(problems: readonly GraphProblem[] = []): GraphAnalyzer {
  return { analyze: () => Promise.resolve({ problems }) };
}

function findCalls(rows: readonly Row[]): Edge[] {
  const functions = rows.filter((row) => row.kind === 'function');
  return functions.flatMap((from) =>
    [...functions, ...rows.filter((row) => row.kind === 'macro')]
      .filter((to) => to !== from && new RegExp(`\\b${to.name}\\(`).test(from.current_code))
      .map((to): Edge => {
        const site = { ...from.span, line: from.line };
        return {
          from: from.isgl1_key,
          to: to.isgl1_key,
          kind: to.kind === 'macro' ? 'uses_macro' : 'calls',
          resolution: 'typed',
          reason: 'fixture',
          sites: [site],
        };
      }),
  );
}

function describeFile(path: string, text: string): FileFacts {
  const hash = createHash('sha256').update(text).digest('hex');
  const size = Buffer.byteLength(text);
  return {
    path,
    hash,
    size_bytes: size,
    mtime_ms: 0,
    line_count: text.split('\n').length,
    language: 'rust',
    crate: null,
    module_path: null,
  };
}
