import { z } from 'zod';
import type { JsonObject } from '../backends/llama/llama-model.js';
import { ElfError } from '../errors.js';

/** A value that follows the schema, or what is wrong with the text. */
export type OutputCheck = { ok: true; json: z.core.util.JSONType } | { ok: false; problem: string };

/** Checks texts against one JSON schema. */
export type OutputChecker = (text: string) => OutputCheck;

const MAX_SCHEMA_CHARS = 65_536;

/**
 * Creates a checker that does not rely on the grammar that steered the model: a grammar admits numbers that are infinite,
 * counts characters in its own way, and an answer may be cut.
 *
 * @throws ElfError PT_ELF_REQUEST_INVALID when the schema is not one that can be checked
 */
export function createOutputChecker(schema: JsonObject): OutputChecker {
  const validator = compile(schema);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { ok: false, problem: 'the text is not one JSON document' };
    }
    const parsed = validator.safeParse(value);
    if (parsed.success) return { ok: true, json: value as z.core.util.JSONType };
    const [issue] = parsed.error.issues;
    return { ok: false, problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
  };
}

function compile(schema: JsonObject): z.ZodType {
  try {
    if (JSON.stringify(schema).length > MAX_SCHEMA_CHARS) throw new Error('it is too long');
    return z.fromJSONSchema(schema);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new ElfError('PT_ELF_REQUEST_INVALID', {
      message: `The field schema of the request is not a JSON schema that can be checked: ${problem}`,
      details: { field: 'schema', problem },
      cause,
    });
  }
}
