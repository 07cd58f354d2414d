import {
  type Chunk,
  ChunkSchema,
  type Edge,
  IndexRecordSchema,
  parseKey,
  type RowKey,
  RowKeySchema,
  RowSchema,
} from '@parseltongue/isg-core';
import { z } from 'zod';
import { SummaryError } from './errors.js';
import type { Neighbours } from './neighbours.js';

/** What one line of input is about; other records of the index stream are `other`. */
export type InputRecord = { type: 'row'; row: Chunk } | { type: 'edge'; edge: Edge } | { type: 'other' };

/**
 * Parses one line: a row, a chunk, or a record of the chunk streamer.
 *
 * @throws SummaryError PT_SUMMARY_INPUT_INVALID naming the line, from 1
 */
export function parseRecord(text: string, line: number): InputRecord {
  const value = parseJson(text, line);
  if (isTagged(value, 'type')) {
    const record = checked(IndexRecordSchema, value, line);
    if (record.type === 'row') return { type: 'row', row: record.row };
    return record.type === 'edge' ? { type: 'edge', edge: record.edge } : { type: 'other' };
  }
  const schema = isTagged(value, 'contract') ? RowSchema : ChunkSchema;
  return { type: 'row', row: checked(schema, value, line) };
}

/** The names around every row, from the edges of an index stream. */
export function collectNeighbours(edges: Iterable<Edge>): Map<RowKey, Neighbours> {
  const found = new Map<RowKey, { callers: string[]; callees: string[]; implemented?: string }>();
  const around = (key: RowKey) => {
    const known = found.get(key) ?? { callers: [], callees: [] };
    found.set(key, known);
    return known;
  };
  for (const { from, to, kind, resolution } of edges) {
    if (resolution === 'name') continue;
    if (kind === 'calls') {
      around(from).callees.push(nameOf(to));
      around(to).callers.push(nameOf(from));
    }
    if (kind === 'implements') around(from).implemented = nameOf(to);
  }
  return found;
}

const KeysSchema = z.strictObject({ isgl1_keys: z.array(RowKeySchema) });

/**
 * Parses `{"isgl1_keys": [..]}`.
 *
 * @throws SummaryError PT_SUMMARY_KEYS_INVALID
 */
export function parseKeys(text: string): RowKey[] {
  try {
    return KeysSchema.parse(JSON.parse(text)).isgl1_keys;
  } catch (cause) {
    throw new SummaryError('PT_SUMMARY_KEYS_INVALID', {
      message:
        'The keys are no document of the form {"isgl1_keys": ["src/lib.rs-_-parse"]}. Correct the JSON',
      details: { problem: describe(cause) },
      cause,
    });
  }
}

function nameOf(key: RowKey): string {
  return parseKey(key).name;
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(line, 'no JSON', cause);
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, line: number): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(line, describe(result.error), result.error);
}

function invalid(line: number, problem: string, cause: unknown): SummaryError {
  return new SummaryError('PT_SUMMARY_INPUT_INVALID', {
    message: `Line ${line} is no row: ${problem}. Give rows, chunks or records of the chunk streamer, one JSON document a line`,
    details: { line, problem },
    cause,
  });
}

function describe(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return 'no JSON';
  const [issue] = cause.issues;
  return issue === undefined ? 'unknown shape' : `${issue.path.join('.') || 'document'}: ${issue.message}`;
}

function isTagged(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && field in value;
}
