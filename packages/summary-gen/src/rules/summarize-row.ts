import { type Chunk, parseKey, type RowKind, type Summary } from '@parseltongue/isg-core';
import type { Neighbours } from '../neighbours.js';
import { summarizeAlias } from './alias.js';
import { composeLine } from './compose-line.js';
import { summarizeContainer } from './container.js';
import { summarizeDoc } from './doc-sentence.js';
import { summarizeExternBlock } from './extern-block.js';
import { summarizeFunction } from './function.js';
import { summarizeImpl } from './impl.js';
import { summarizeMacro, summarizeMacroCall } from './macro.js';
import type { ChildRow, Draft, RuleInput } from './rule.js';
import { isTestFunction, summarizeTest } from './test.js';
import { summarizeFields, summarizeTrait, summarizeVariants } from './type.js';
import { summarizeValue } from './value.js';

/** What stands around a row, as far as it is known. */
export interface RowSurroundings {
  /** Direct children in byte order; roll-ups of files, modules, traits and impls speak of them. */
  children?: readonly ChildRow[];
  parentKind?: RowKind;
  neighbours?: Neighbours;
}

const RULES: Readonly<Record<RowKind, (input: RuleInput) => Draft>> = {
  file: summarizeContainer,
  module: summarizeContainer,
  function: summarizeFunction,
  method: summarizeFunction,
  struct: summarizeFields,
  union: summarizeFields,
  enum: summarizeVariants,
  trait: summarizeTrait,
  impl: summarizeImpl,
  const: summarizeValue,
  static: summarizeValue,
  associated_const: summarizeValue,
  type_alias: summarizeAlias,
  associated_type: summarizeAlias,
  macro: summarizeMacro,
  macro_call: summarizeMacroCall,
  extern_block: summarizeExternBlock,
};

/**
 * The rules' summary of one row: one line of at most 120 characters, present tense, never empty.
 *
 * Deterministic; every content word comes from the row, its docs, its children or its neighbours. Never fails: a row
 * that no rule can speak of is named by its kind.
 */
export function summarizeRow(row: Chunk, around: RowSurroundings = {}): Summary {
  const input: RuleInput = {
    row,
    children: around.children ?? [],
    parentKind: around.parentKind,
    neighbours: around.neighbours,
    container: readContainer(row.isgl1_key),
  };
  const { text, quality } = draftLine(input);
  return {
    text,
    provenance: 'rule_based',
    content_hash: row.content_hash,
    model_sha: null,
    prompt_version: null,
    quality,
  };
}

function draftLine(input: RuleInput): { text: string; quality: number } {
  const rule = isTestFunction(input.row) ? summarizeTest : RULES[input.row.kind];
  for (const draft of [summarizeDoc(input), rule(input)]) {
    const text = draft === undefined ? undefined : composeLine(draft);
    if (draft !== undefined && text !== undefined)
      return { text, quality: Math.round(draft.quality * 100) / 100 };
  }
  const kind = input.row.kind.replace('_', ' ');
  return { text: kind.charAt(0).toUpperCase() + kind.slice(1), quality: 0 };
}

function readContainer(key: string): readonly string[] {
  try {
    return parseKey(key).container;
  } catch {
    return [];
  }
}
