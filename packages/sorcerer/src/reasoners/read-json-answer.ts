import { z } from 'zod';

/** The value a step answered with, or why it cannot be read. */
export type JsonAnswer<T> = { status: 'read'; value: T } | { status: 'malformed'; problem: string };

const LONGEST_ANSWER = 400_000;

/**
 * Reads the JSON object of a step's answer: the only fence, or the whole text when there is none.
 *
 * Several fences that all parse, an open fence and fields the schema does not know are malformed: a guess is never taken.
 */
export function readJsonAnswer<T>(text: string, schema: z.ZodType<T>): JsonAnswer<T> {
  if (text.length > LONGEST_ANSWER) return malformed('The answer is far too long');
  const fences = [...text.matchAll(/^ {0,3}```[ \t]*(?:json)?[ \t]*\n([^]*?)\n {0,3}```[ \t]*$/gm)].map(
    (match) => match[1] ?? '',
  );
  const marks = [...text.matchAll(/^ {0,3}```/gm)].length;
  if (marks % 2 === 1) return malformed('A code fence is never closed: the answer is cut off');
  const candidates = (fences.length > 0 ? fences : [text]).flatMap((body) => parseObject(body));
  if (candidates.length !== 1) {
    return malformed(
      candidates.length === 0
        ? 'The answer holds no JSON object'
        : 'The answer holds several JSON objects; give one',
    );
  }
  const parsed = schema.safeParse(candidates[0]);
  return parsed.success
    ? { status: 'read', value: parsed.data }
    : malformed(`The JSON object does not fit: ${z.prettifyError(parsed.error).slice(0, 800)}`);
}

function parseObject(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text.trim());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : [];
  } catch {
    return [];
  }
}

function malformed(problem: string): { status: 'malformed'; problem: string } {
  return { status: 'malformed', problem };
}
